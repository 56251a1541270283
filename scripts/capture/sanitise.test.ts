import { describe, expect, it } from 'vitest';
import { createSanitiser, findPrivate, type Identity } from './sanitise.ts';

const identity: Identity = {
  paths: new Map([
    ['/srv/rec/run1/home/.claude', '/home/dev/.claude'],
    ['/srv/rec/run1', '/home/dev'],
    ['/srv/code/secret-product', '/home/dev/widgets'],
  ]),
  words: new Map([['ottoline', 'dev']]),
};
const { text, value, entry } = createSanitiser(identity);

describe('a text', () => {
  it.each([
    [
      '/srv/rec/run1/home/.claude/projects/-srv-code-secret-product/a.jsonl',
      '/home/dev/.claude/projects/-home-dev-widgets/a.jsonl',
    ],
    ['write to ottoline.b@firm.org', 'write to dev@example.com'],
    ['Co-Authored-By: Claude <noreply@anthropic.com>', 'Co-Authored-By: Claude <noreply@anthropic.com>'],
    ['/Users/jane/x and /home/jane/y and /root/z', '/home/dev/x and /home/dev/y and /home/dev/z'],
    ['linux:3d1219c7c4c5404aaa1f6d2a48adfda4:pid:[4026531836]', `linux:${'0'.repeat(32)}:pid:[4026531836]`],
    ['cse_01AbCdEfGhIjKlMn', 'cse_0000000000000000'],
    ['key sk-ant-api03-abcdefgh', 'key [masked]'],
  ])('%s', (original, expected) => {
    expect(text(original)).toBe(expected);
    expect(findPrivate(original, identity).length > 0).toBe(original !== expected);
    expect(findPrivate(text(original), identity)).toEqual([]);
  });
});

describe('a value', () => {
  it('loses what its fields’ names call secret or somebody’s id, and keeps what a board joins by', () => {
    const original = {
      sessionId: '8220bf13-f3e6-4bc8-8cea-41419202a6ca',
      tool_use_id: 'toolu_01AbCdEfGhIjKlMn',
      accountUuid: 'ab-12',
      api_key: 'hunter2hunter2',
      nested: [{ '/srv/code/secret-product': 1 }],
    };
    const changed = value(original);
    expect(changed).toEqual({
      sessionId: '8220bf13-f3e6-4bc8-8cea-41419202a6ca',
      tool_use_id: 'toolu_01AbCdEfGhIjKlMn',
      accountUuid: '00-00',
      api_key: '[masked]',
      nested: [{ '/home/dev/widgets': 1 }],
    });
    expect(findPrivate(changed, identity)).toEqual([]);
    expect(findPrivate(original, identity).length).toBeGreaterThan(2);
  });
});

describe('an entry of a transcript', () => {
  it('shrinks to its shape where it is nothing for a board', () => {
    const uuid = '61a667e5-f70a-4b3d-8c19-6ed141655697';
    expect(entry({ type: 'attachment', uuid, attachment: { systemPrompt: ['p'.repeat(500), 'b', 'c', 'd'] } })).toEqual(
      { type: 'attachment', uuid, attachment: { systemPrompt: ['x'.repeat(60), 'b', 'c'] } },
    );
  });

  it('keeps what was said, and the beginning of what was said at length', () => {
    expect(entry({ type: 'user', message: { content: 'hello' } })).toEqual({
      type: 'user',
      message: { content: 'hello' },
    });
    expect(entry({ type: 'user', text: 'y'.repeat(5_000) })).toEqual({
      type: 'user',
      text: 'y'.repeat(200) + 'x'.repeat(800),
    });
  });
});
