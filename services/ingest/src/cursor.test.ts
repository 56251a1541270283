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
