import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quiet } from '../test/agent.ts';
import { type FileCursor, openCursorStore } from './cursor.ts';
import { initialParserState } from './transcript/parse.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crewboard-cursor-'));
  path = join(folder, 'agent', 'cursor.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const cursor: FileCursor = {
  streamPath: 'projects/a/s.jsonl',
  identity: '1:2',
  generation: 3,
  offset: 99,
  state: { ...initialParserState, told: { mode: '{"mode":"plan"}' }, seenAt: 5 },
  history: { at: 1, end: 9, state: initialParserState, toldMessages: ['m'] },
  missingSince: null,
};

describe('the cursor store', () => {
  it('gives back what was written, for the owner’s eyes only', async () => {
    const store = await openCursorStore(path, quiet);
    store.files.set('projects/a/s.jsonl', cursor);
    store.ended.set('s', 7);
    store.touch();
    await store.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'agent')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, 'agent'))).toEqual(['cursor.json']);
    const again = await openCursorStore(path, quiet);
    expect(again.files.get('projects/a/s.jsonl')).toEqual(cursor);
    expect(again.ended.get('s')).toBe(7);
    await again.close();
  });

  it('writes nothing where nothing changed', async () => {
    const store = await openCursorStore(path, quiet);
    await store.close();
    expect(readdirSync(join(folder, 'agent'))).toEqual([]);
  });

  it('goes on from a file that was written before there were jobs', async () => {
    await (await openCursorStore(path, quiet)).close();
    const record = { pid: 1, sessionId: 's', procStart: '1', status: 'idle' };
    const presence = { '1.json': { record, lastPosition: 7, hasExited: false } };
    writeFileSync(path, JSON.stringify({ version: 1, files: { a: cursor }, presence, ended: { s: 1 } }));
    const store = await openCursorStore(path, quiet);
    expect(store.files.get('a')?.offset).toBe(99);
    expect(store.presence.get('1.json')).toMatchObject({ lastPosition: 7, record: { status: 'idle', jobId: null } });
    expect(store.jobs.size).toBe(0);
    await store.close();
  });

  it('appends what changed, and takes the last word on each', async () => {
    const first = await openCursorStore(path, quiet);
    for (let n = 0; n < 50; n++) first.files.set(`f${n}`, cursor);
    first.ended.set('s', 7);
    first.touch();
    await first.close();
    const whole = readFileSync(path, 'utf8');

    const second = await openCursorStore(path, quiet);
    second.files.set('f1', { ...cursor, offset: 100 });
    second.files.set('f1', { ...cursor, offset: 101 });
    second.files.delete('f2');
    second.ended.delete('s');
    second.touch();
    await second.close();
    const grown = readFileSync(path, 'utf8');
    expect(grown.startsWith(whole)).toBe(true);
    expect(grown.slice(whole.length).trimEnd().split('\n')).toHaveLength(3);

    const third = await openCursorStore(path, quiet);
    expect(third.files.get('f1')?.offset).toBe(101);
    expect(third.files.size).toBe(49);
    expect(third.ended.size).toBe(0);
    await third.close();
  });

  it('is begun anew before it is much longer than what it holds', async () => {
    const store = await openCursorStore(path, quiet);
    let longest = 0;
    for (let round = 0; round < 30; round++) {
      for (let n = 0; n < 100; n++) store.files.set(`f${n}`, { ...cursor, offset: round });
      store.touch();
      await store.close();
      longest = Math.max(longest, readFileSync(path, 'utf8').split('\n').length);
    }
    expect(longest).toBeLessThan(1_500);
    const again = await openCursorStore(path, quiet);
    expect([...again.files.values()].map(({ offset }) => offset)).toEqual(Array(100).fill(29));
  });

  it('loses one line at most with its writer, and goes on behind no half of one', async () => {
    const store = await openCursorStore(path, quiet);
    store.files.set('a', cursor);
    store.touch();
    await store.close();
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, `${whole}${JSON.stringify(['files', 'a', { ...cursor, offset: 100 }])}\n["files","a",{"offs`);
    const again = await openCursorStore(path, quiet);
    expect(again.files.get('a')?.offset).toBe(100);
    again.files.set('b', cursor);
    again.touch();
    await again.close();
    const last = await openCursorStore(path, quiet);
    expect([...last.files].map(([name, { offset }]) => [name, offset])).toEqual([
      ['a', 100],
      ['b', 99],
    ]);
  });

  it.each(['', '{', '[]', '{"version":2}', '{"version":1,"files":{"a":{}},"presence":{},"ended":{}}'])(
    'begins anew on %j',
    async (text) => {
      await (await openCursorStore(path, quiet)).close();
      writeFileSync(path, text);
      const store = await openCursorStore(path, quiet);
      expect(store.files.size).toBe(0);
      store.files.set('a', cursor);
      store.touch();
      await store.close();
      expect(JSON.parse(readFileSync(path, 'utf8')).files.a.offset).toBe(99);
    },
  );
});
