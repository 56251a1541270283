import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildCapture, cwdsOf } from './build.ts';
import { readRecording } from './recording.ts';
import { createSanitiser } from './sanitise.ts';

const dir = mkdtempSync(join(tmpdir(), 'crewboard-recording-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const T = 1_795_446_312;
const lines = (...values: object[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const presence = (pid: number, sessionId: string, more: object = {}): string =>
  JSON.stringify({
    pid,
    sessionId,
    cwd: '/srv/code',
    kind: 'interactive',
    entrypoint: 'cli',
    version: '2.1.330',
    ...more,
  });

mkdirSync(join(dir, 'home/.claude/projects/-srv-code'), { recursive: true });
const transcript = '{"type":"user","cwd":"/srv/code"}\n{"type":"user","late":true}\n';
writeFileSync(join(dir, 'home/.claude/projects/-srv-code/s1.jsonl'), transcript);
writeFileSync(
  join(dir, 'presence.jsonl'),
  lines(
    { t: T, file: '7.json', now: presence(7, 's1') },
    { t: T + 1, file: '8.json', now: presence(8, 'job', { kind: 'bg' }) },
    { t: T + 2, file: '7.json', now: '{"pid":7,' },
    { t: T + 4, file: '7.json', now: null },
  ),
);
writeFileSync(join(dir, 'growth.jsonl'), lines({ t: T + 1, file: '-srv-code/s1.jsonl', now: 34 }));
writeFileSync(
  join(dir, 'hooks.log'),
  lines({ t: T + 1, p: { cwd: '/srv/code' } }, { t: T + 60, p: { late: 'after the recorder stopped' } }),
);
writeFileSync(
  join(dir, 'jobs.jsonl'),
  lines({ t: T + 1, file: 'jobs/x/state.json', now: '{"tempo":"idle","providerEnv":{"A":"b"}}' }),
);
writeFileSync(
  join(dir, 'truth.jsonl'),
  lines(
    { t: T + 2, status: 'sent' },
    { t: T + 3, status: 'working' },
    { t: T + 5, status: 'killed' },
    { t: T + 6, status: 'ended' },
  ),
);

const recording = readRecording(dir);
const sanitiser = createSanitiser({ paths: new Map([['/srv/code', '/home/dev/widgets']]), words: new Map() });
const build = () => buildCapture(recording, 'x', sanitiser).files;
const read = (path: string): unknown[] =>
  `${build().get(path)}`
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('a capture of a recording', () => {
  it('is told in the order of time, without what came after the recording or was half-written', () => {
    expect(cwdsOf(recording)).toEqual(['/srv/code']);
    expect(read('timeline.jsonl')).toMatchObject([
      { t: 0, source: 'process', pid: 7, alive: true },
      { t: 0, source: 'presence', content: { pid: 7, cwd: '/home/dev/widgets' } },
      { t: 1, source: 'process', pid: 8, alive: true },
      { t: 1, source: 'presence', file: 'sessions/8.json' },
      { t: 1, source: 'hook', payload: { cwd: '/home/dev/widgets' } },
      { t: 1, source: 'transcript', file: 'projects/-home-dev-widgets/s1.jsonl', from: 0, to: 42 },
      { t: 1, source: 'job', content: { tempo: 'idle' } },
      { t: 4, source: 'presence', content: null },
      { t: 4, source: 'process', pid: 7, alive: false },
      { t: 5, source: 'process', pid: 8, alive: false },
    ]);
  });

  it('has the transcript as it was when the recording ended', () => {
    expect(`${build().get('claude/projects/-home-dev-widgets/s1.jsonl')}`).toBe(
      '{"type":"user","cwd":"/home/dev/widgets"}\n',
    );
  });

  it('has the statuses of the session on the screen for its truth', () => {
    expect(read('truth.jsonl')).toEqual([
      { t: 3, sessionId: 's1', status: 'working' },
      { t: 6, sessionId: 's1', status: 'ended' },
    ]);
    expect(JSON.parse(`${build().get('capture.json')}`)).toMatchObject({ derived: ['process'], hooksInstalled: true });
  });

  it('is none where a mark is no status', () => {
    const odd = { ...recording, marks: [{ t: T + 3, status: 'dialog' }] };
    expect(() => buildCapture(odd, 'x', sanitiser)).toThrow('“dialog”');
  });
});
