import { describe, expect, it } from 'vitest';
import { EVERYTHING, selectorOf, withoutPrivate, withPrivate } from './edit.ts';
import { compileRules, type PrivacyFile, privacyFileSchema, type RulePlace } from './rules.ts';

const context = {
  fallback: 'summary' as const,
  home: '/home/dev',
  realPath: (folder: string) => (folder === '/home/dev/link' ? '/srv/real' : folder),
  ignoresCase: false,
};
const place = (fields: Partial<RulePlace> = {}): RulePlace => ({
  cwd: '/home/dev/widgets',
  repo: 'acme/widgets',
  remote: 'github.com/acme/widgets',
  ...fields,
});
const file = (rules: PrivacyFile['rules']): PrivacyFile => privacyFileSchema.parse({ rules });
const tier = (rules: PrivacyFile['rules'], where: Partial<RulePlace> = {}) =>
  compileRules(file(rules), context).of(place(where));

describe('rules', () => {
  it.each([['acme/widgets'], ['ACME/*'], ['*/widgets'], ['github.com/acme/*'], ['**']])(
    'by repository match %s',
    (repo) => {
      expect(tier([{ repo, tier: 'status' }])).toBe('status');
      expect(tier([{ repo, tier: 'status' }], { repo: 'x', remote: null })).toBe(repo === '**' ? 'status' : 'summary');
    },
  );

  it.each([
    ['~/widgets', '/home/dev/widgets'],
    ['~/widgets', '/home/dev/widgets/src/.hidden'],
    ['~/widgets/**', '/home/dev/widgets'],
    ['~', '/home/dev/anything'],
    ['/home/*/wid*', '/home/dev/widgets/deep/down'],
    ['~/link', '/srv/real/below'],
    ['~/link/*/x', '/srv/real/a/x/y'],
    ['C:\\clients', 'C:\\clients\\acme'],
    ['/', '/home/dev/widgets'],
    ['\\', '/home/dev/widgets'],
    ['//', '/home/dev/widgets'],
  ])('by folder %s match %s', (path, cwd) => {
    expect(tier([{ path, tier: 'private' }], { cwd })).toBe('private');
  });

  it('by folder match no neighbour', () => {
    expect(tier([{ path: '~/widget', tier: 'private' }])).toBe('summary');
    expect(tier([{ path: '~other', tier: 'private' }])).toBe('summary');
  });

  it('of which the last that matches holds, unless one says private', () => {
    expect(
      tier([
        { repo: 'acme/*', tier: 'status' },
        { repo: '*/widgets', tier: 'full' },
      ]),
    ).toBe('full');
    expect(
      tier([
        { repo: 'acme/*', tier: 'private' },
        { repo: '*/widgets', tier: 'full' },
      ]),
    ).toBe('private');
  });

  it('know the strictest that anything can get', () => {
    expect(compileRules(file([{ repo: 'x', tier: 'full' }]), context).strictest).toBe('summary');
    expect(compileRules(file([{ repo: 'x', tier: 'status' }]), context).strictest).toBe('status');
  });

  it.each([
    { rule: [] },
    { rules: [{ repo: 'x' }] },
    { rules: [{ repo: 'x', path: 'y', tier: 'full' }] },
    { tier: 'all' },
  ])('that are misspelt are no rules: %j', (text) => {
    expect(privacyFileSchema.safeParse(text).success).toBe(false);
  });
});

describe('what is made private by a command', () => {
  it('is said once, and taken back alone', () => {
    const before = file([{ repo: 'acme/widgets', tier: 'full' }]);
    const hidden = withPrivate(before, { repo: 'acme/widgets' });
    expect(compileRules(hidden, context).of(place())).toBe('private');
    expect(withPrivate(hidden, { repo: 'acme/widgets' })).toBe(hidden);
    expect(withoutPrivate(hidden, { repo: 'acme/widgets' })).toEqual(before);
    expect(withoutPrivate(hidden, EVERYTHING)).toBe(hidden);
    expect(compileRules(withPrivate(before, EVERYTHING), context).of(place())).toBe('private');
  });

  it('is the repository of a folder, or the folder, by its very name', () => {
    const at = { repo: 'a', branch: null, worktree: null };
    expect(selectorOf('/x', { ...at, remote: 'github.com/acme/a' })).toEqual({ repo: 'github.com/acme/a' });
    const cwd = '/home/dev/odd (copy) [1]*{x}';
    const hidden = withPrivate(file([]), selectorOf(cwd, { ...at, remote: null }));
    expect(compileRules(hidden, context).of(place({ cwd: `${cwd}/src` }))).toBe('private');
    expect(compileRules(hidden, context).of(place({ cwd: '/home/dev/odd copy' }))).toBe('summary');
  });
});
