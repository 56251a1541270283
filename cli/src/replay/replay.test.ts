import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCapture } from './capture.ts';
import { jsonLine, sentence } from './command.ts';
import { knownMisses, missReasons } from './known-misses.ts';
import { type ReplayedChange, type ReplayOptions, replayCapture } from './replay.ts';
import { DRESSES, verdictsOf } from './scoreboard.ts';

const CAPTURES = join(import.meta.dirname, '../../../test/captures');
const captures = readdirSync(CAPTURES);

const replay = async (name: string, options: ReplayOptions = {}): Promise<ReplayedChange[]> => {
  const changes: ReplayedChange[] = [];
  for await (const change of replayCapture(await readCapture(join(CAPTURES, name)), options)) changes.push(change);
  return changes;
};

describe.each(Object.entries(DRESSES))('%s', (dress, without) => {
  it.each(captures)('%s: is at every moment what the screen showed, but where the reason is known', async (name) => {
    const verdicts = await verdictsOf(join(CAPTURES, name), without);
    expect(verdicts.length).toBeGreaterThan(0);
    const missed = verdicts.flatMap(({ isRight, point }) => (isRight ? [] : `${name} ${point.t}`));
    const known = knownMisses(dress).filter((point) => point.startsWith(`${name} `));
    expect(missed.toSorted()).toEqual(known.toSorted());
  });
});

it('knows no reason of a point that is not there', async () => {
  const points = await Promise.all(
    captures.map(async (name) => ({ name, of: await verdictsOf(join(CAPTURES, name), []) })),
  );
  const names = new Set(points.flatMap(({ name, of }) => of.map(({ point }) => `${name} ${point.t}`)));
  for (const dress of Object.keys(DRESSES)) {
    expect(knownMisses(dress).filter((point) => !names.has(point))).toEqual([]);
  }
});

it('has every reason written down', () => {
  const page = readFileSync(join(CAPTURES, '../../docs/truth.md'), 'utf8');
  expect(missReasons().filter((reason) => !page.includes(reason))).toEqual([]);
});

describe.each(captures)('%s', (name) => {
  it('comes out the same each time, in the order of time', async () => {
    const changes = await replay(name);
    expect(await replay(name)).toEqual(changes);
    expect(changes.map(({ t }) => t)).toEqual(changes.map(({ t }) => t).toSorted((a, b) => a - b));
  });

  it('changes its status no more often in detail than without', async () => {
    const statuses = (changes: readonly ReplayedChange[]): string[] => {
      const last = new Map<string, string>();
      return changes.flatMap(({ t, sessionId, status, ended }) => {
        const now = `${status} ${ended}`;
        if (last.get(sessionId) === now) return [];
        last.set(sessionId, now);
        return [`${t} ${sessionId} ${now}`];
      });
    };
    expect(statuses(await replay(name, { isDetailed: true }))).toEqual(statuses(await replay(name)));
  });
});

/** The card of each session at the end. */
const cards = async (name: string): Promise<ReplayedChange['card'][]> => {
  const last = new Map<string, ReplayedChange['card']>();
  for (const { sessionId, card } of await replay(name, { isDetailed: true })) last.set(sessionId, card);
  return [...last.values()];
};

describe('what the transcripts say beside the status', () => {
  it('of a fork counts its own part only, and names whose copy it is', async () => {
    const [parent, fork] = await cards('fork');
    expect(parent).toMatchObject({ prompts: 2, lineage: { from: null } });
    expect(fork).toMatchObject({ prompts: 1, lineage: { from: { sessionId: parent?.sessionId, how: 'fork' } } });
  });

  it('of a subagent comes from the note beside its transcript too', async () => {
    const [card] = await cards('agentrun');
    expect(card?.subagents).toMatchObject([{ type: 'general-purpose', description: 'Find files', status: 'done' }]);
  });
});

describe('what is printed', () => {
  it('for programs has four fields', async () => {
    const [first] = await replay('two');
    expect(first && Object.keys(JSON.parse(jsonLine(first)))).toEqual(['t', 'sessionId', 'status', 'ended']);
  });

  it('for people says why, what is asked, and how the session is otherwise', async () => {
    const said = (await replay('agentperm', { isDetailed: true })).map(sentence).join('\n');
    expect(said).toContain('The client says it is busy (presence)');
    expect(said).toMatch(/asks: permission Bash touch from-helper\.txt for the subagent a/);
    expect(said).toContain('closed: The client was closed');
  });
});

describe('what is no capture', () => {
  it('is named', async () => {
    await expect(readCapture('/nowhere')).rejects.toThrow('/nowhere/capture.json');
  });

  it('has a line that cannot be read, or one of a source that nobody here knows', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'crewboard-capture-'));
    const write = (...lines: object[]): void =>
      writeFileSync(join(dir, 'timeline.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
    writeFileSync(join(dir, 'capture.json'), JSON.stringify({ startedAtEpochMs: 0 }));
    write({ t: 1, source: 'statusline', model: 'x' }, { t: 0, source: 'hook', payload: {} });
    expect((await readCapture(dir)).entries).toEqual([{ t: 0, source: 'hook', payload: {} }]);
    write({ t: 0, source: 'hook', payload: {} }, { t: 'soon', source: 'process', pid: 7, alive: true });
    await expect(readCapture(dir)).rejects.toThrow('timeline.jsonl:2');
    rmSync(dir, { recursive: true });
  });
});
