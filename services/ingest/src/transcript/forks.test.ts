import { appendFileSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SessionEvent, sessionEventSchema } from '@crewboard/contract';
import { describe, expect, it } from 'vitest';
import { homeForEach, NOW, until } from '../../test/agent.ts';
import { assistantLine, attachmentLine, promptLine, systemLine, T, toolResultLine } from '../../test/entries.ts';

const PARENT = '4d8e47a9-3902-4cb2-b599-000355f48a68';
const FORK = '5d42b735-6c7d-4dcb-aeef-3eb7b46b2606';
const LATER_FORK = '6dd33d38-ea32-464e-93f3-b011f6fb2073';

const MINUTE = 60_000;
/** Long ago, so that a copied time is told from the time of the copy. */
const WEEK_AGO = T - 7 * 24 * 60 * MINUTE;

const at = homeForEach();
const { start } = at;

let lastMessage = 0;

/** The entries of one turn; each reply costs 10 tokens of output. `bytes` makes it long. */
const turn = (sessionId: string, prompt: string, at: number, bytes = 0): string[] => {
  const id = `msg_${++lastMessage}`;
  const own = { sessionId };
  const message = { id, usage: { output_tokens: 10 } };
  return [
    promptLine(prompt, own, at),
    assistantLine(
      { type: 'tool_use', id: `toolu_${id}`, name: 'Bash', input: {} },
      message,
      { ...own, session_id: sessionId },
      at + 1,
    ),
    toolResultLine(`toolu_${id}`, { ...own, session_id: sessionId }, { content: 'x'.repeat(bytes) }, at + 2),
    assistantLine({ type: 'text', text: 'done' }, message, { ...own, session_id: sessionId }, at + 3),
    systemLine('turn_duration', own, at + 4),
  ];
};

type Marked = 'marked' | 'plain';

/** The same entries as another session's client copies them. Older clients put no mark on them, and no `session_id`. */
const copy = (lines: readonly string[], sessionId: string, marks: Marked = 'marked'): string[] =>
  lines.map((line) => {
    const { session_id: process, ...entry } = JSON.parse(line);
    const from = entry.requestSessionId ?? process ?? entry.sessionId;
    if (marks === 'plain') return JSON.stringify({ ...entry, sessionId });
    const marked = entry.type === 'assistant' ? { ...entry, requestSessionId: from } : entry;
    return JSON.stringify({ ...marked, sessionId, ...(process ? { session_id: process } : {}) });
  });

const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
const write = (sessionId: string, lines: readonly string[]): void =>
  writeFileSync(at.home.transcript(sessionId), text(lines));
const append = (sessionId: string, lines: readonly string[]): void =>
  appendFileSync(at.home.transcript(sessionId), text(lines));

const totals = (events: readonly SessionEvent[]) => {
  const prompts: Record<string, number> = {};
  let output = 0;
  const add = (sessionId: string, count: number) => {
    prompts[sessionId] = (prompts[sessionId] ?? 0) + count;
  };
  for (const event of events) {
    if (event.type === 'PromptSubmitted') add(event.sessionId, 1);
    if (event.type === 'TokensUsed') output += event.data.output;
    if (event.type !== 'HistoryCounted') continue;
    if (event.data.prompts > 0) add(event.sessionId, event.data.prompts);
    output += event.data.tokens.reduce((sum, tokens) => sum + tokens.output, 0);
  }
  return { prompts, output };
};

const continued = (events: readonly SessionEvent[]) =>
  events.flatMap((event) => (event.type === 'SessionContinued' ? { sessionId: event.sessionId, ...event.data } : []));

const fork = (sessionId = FORK, fromSessionId = PARENT) => ({ sessionId, fromSessionId, how: 'fork', goal: 'first' });

describe.each<Marked>(['marked', 'plain'])('a fork whose copies are %s', (marks) => {
  const history = () => [...turn(PARENT, 'first', WEEK_AGO), ...turn(PARENT, 'second', WEEK_AGO + MINUTE)];

  it('is told by where it comes from and by what it does itself, followed live', async () => {
    const past = history();
    write(PARENT, past);
    const agent = start();
    await agent.caughtUp;
    write(FORK, [...copy(past, FORK, marks), ...turn(FORK, 'third', T)]);
    await until('the fork is told', () => agent.prompts().includes('third'));
    expect(continued(agent.events)).toEqual([fork()]);
    expect(totals(agent.events)).toEqual({ prompts: { [PARENT]: 2, [FORK]: 1 }, output: 30 });
    const told = agent.events.filter(({ sessionId }) => sessionId === FORK);
    expect(Math.min(...told.map(({ occurredAt }) => occurredAt))).toBe(T);
    expect(told.map(({ type }) => type).slice(0, 2)).toEqual(['SessionContinued', 'SessionLocated']);
    for (const event of agent.events) sessionEventSchema.parse(event);
    expect(told.map(({ position }) => position)).toEqual(
      told.map(({ position }) => position).toSorted((a, b) => a - b),
    );
    expect(new Set(told.map(({ position }) => position)).size).toBe(told.length);
  });

  it('is found beside its parent at a cold start, whichever was written to last', async () => {
    const past = history();
    write(PARENT, past);
    write(FORK, [...copy(past, FORK, marks), ...turn(FORK, 'third', T)]);
    append(PARENT, turn(PARENT, 'on', T + MINUTE));
    for (const lastWritten of [PARENT, FORK]) {
      utimesSync(at.home.transcript(lastWritten), NOW / 1000, NOW / 1000);
      const agent = start({ dataDir: join(at.home.home, lastWritten) });
      await agent.caughtUp;
      expect(continued(agent.events)).toEqual([fork()]);
      expect(totals(agent.events)).toEqual({ prompts: { [PARENT]: 3, [FORK]: 1 }, output: 40 });
    }
  });

  it('counts once where both files are long', async () => {
    const past = Array.from({ length: 60 }, (_, index) =>
      turn(PARENT, index === 0 ? 'first' : `prompt ${index}`, WEEK_AGO + index * MINUTE, 20_000),
    ).flat();
    const more = (sessionId: string, turns: number) =>
      Array.from({ length: turns }, (_, index) => turn(sessionId, `more ${index}`, T + index, 20_000)).flat();
    write(PARENT, past);
    write(FORK, [...copy(past, FORK, marks), ...more(FORK, 40)]);
    append(PARENT, more(PARENT, 20));
    const agent = start();
    await agent.caughtUp;
    expect(continued(agent.events)).toEqual([fork()]);
    expect(totals(agent.events)).toEqual({ prompts: { [PARENT]: 80, [FORK]: 40 }, output: 1_200 });
    const told = agent.events.filter(({ sessionId }) => sessionId === FORK);
    expect(Math.min(...told.map(({ occurredAt }) => occurredAt))).toBe(T);
    expect(told.some(({ type }) => type === 'HistoryCounted')).toBe(true);
  });

  it('may be seen before its first own entry, and half-written, across restarts', async () => {
    const past = history();
    write(PARENT, past);
    const copied = text(copy(past, FORK, marks));
    const pieces = ['{"type":"mode","mode":"normal"}\n', copied.slice(0, 2_000), copied.slice(2_000)];
    const events: SessionEvent[] = [];
    for (const piece of [...pieces, text(turn(FORK, 'third', T))]) {
      appendFileSync(at.home.transcript(FORK), piece);
      const agent = start();
      await agent.caughtUp;
      events.push(...agent.events);
      await agent.stop();
    }
    expect(totals(events)).toEqual({ prompts: { [PARENT]: 2, [FORK]: 1 }, output: 30 });
    expect(continued(events)).toEqual([fork()]);
  });

  it('of a fork comes from that one, two of one session both from it', async () => {
    const past = history();
    const own = turn(FORK, 'third', T);
    write(PARENT, past);
    write(FORK, [...copy(past, FORK, marks), ...own]);
    write(LATER_FORK, [
      ...copy([...copy(past, FORK, marks), ...own], LATER_FORK, marks),
      ...turn(LATER_FORK, 'fourth', T + MINUTE),
    ]);
    const ofFork = start({ dataDir: join(at.home.home, 'a') });
    await ofFork.caughtUp;
    expect(continued(ofFork.events)).toHaveLength(2);
    expect(continued(ofFork.events)).toEqual(expect.arrayContaining([fork(), fork(LATER_FORK, FORK)]));
    expect(totals(ofFork.events).prompts).toEqual({ [PARENT]: 2, [FORK]: 1, [LATER_FORK]: 1 });

    write(LATER_FORK, [...copy(past, LATER_FORK, marks), ...turn(LATER_FORK, 'fourth', T + MINUTE)]);
    const ofParent = start({ dataDir: join(at.home.home, 'b') });
    await ofParent.caughtUp;
    expect(continued(ofParent.events)).toEqual(expect.arrayContaining([fork(), fork(LATER_FORK)]));
    expect(totals(ofParent.events).prompts).toEqual({ [PARENT]: 2, [FORK]: 1, [LATER_FORK]: 1 });
  });

  it('is known by a parent that is too old to be on the board, in another folder', async () => {
    const past = history();
    const folder = join(at.home.claudeDir, 'projects', '-home-dev-gadgets');
    mkdirSync(folder);
    const path = join(folder, `${PARENT}.jsonl`);
    writeFileSync(path, text(past));
    const longAgo = (NOW - 30 * 24 * 60 * MINUTE) / 1000;
    utimesSync(path, longAgo, longAgo);
    write(FORK, [...copy(past, FORK, marks), ...turn(FORK, 'third', T)]);
    const agent = start();
    await agent.caughtUp;
    expect(continued(agent.events)).toEqual([fork()]);
    expect(totals(agent.events).prompts).toEqual({ [FORK]: 1 });
  });

  it('of a conversation that was shortened begins in the midst of its parent', async () => {
    const snapshot = { type: 'file-history-snapshot', messageId: '', snapshot: {}, isSnapshotUpdate: false };
    const before = turn(PARENT, 'first', WEEK_AGO);
    const first = JSON.stringify({ ...snapshot, messageId: JSON.parse(before[0] ?? '{}').uuid });
    const summary = { sessionId: PARENT, session_id: PARENT, isCompactSummary: true };
    const after = [
      systemLine('compact_boundary', { sessionId: PARENT }, WEEK_AGO + MINUTE),
      promptLine('This session is being continued from …', summary, WEEK_AGO + MINUTE),
      ...turn(PARENT, 'second', WEEK_AGO + 2 * MINUTE),
    ];
    write(PARENT, [first, ...before, ...after]);
    write(FORK, [first, ...copy(after, FORK, marks), ...turn(FORK, 'third', T)]);
    const agent = start();
    await agent.caughtUp;
    expect(continued(agent.events)).toEqual([{ ...fork(), goal: 'second' }]);
    expect(totals(agent.events)).toEqual({ prompts: { [PARENT]: 2, [FORK]: 1 }, output: 30 });
    expect(agent.ofType('CompactionFinished').map(({ sessionId }) => sessionId)).toEqual([PARENT]);
  });
});

describe('a fork', () => {
  it('is told from its parent where both were restored, the copy first', async () => {
    const past = [...turn(PARENT, 'first', WEEK_AGO), ...turn(PARENT, 'second', WEEK_AGO + 10)];
    const unmarked = copy(past, FORK).map((line) =>
      JSON.stringify({ ...JSON.parse(line), requestSessionId: undefined }),
    );
    write(FORK, [...unmarked, ...turn(FORK, 'third', WEEK_AGO + 20)]);
    const whole = [...past, ...turn(PARENT, 'fourth', WEEK_AGO + 30)];
    const bornAt = (sessionId: string) => statSync(at.home.transcript(sessionId)).birthtimeMs;
    do {
      rmSync(at.home.transcript(PARENT), { force: true });
      write(PARENT, whole);
    } while (bornAt(FORK) > 0 && bornAt(PARENT) <= bornAt(FORK));
    const agent = start();
    await agent.caughtUp;
    expect(continued(agent.events)).toMatchObject([{ sessionId: FORK, fromSessionId: PARENT, how: 'fork' }]);
    expect(totals(agent.events)).toEqual({ prompts: { [PARENT]: 3, [FORK]: 1 }, output: 40 });
  });

  it('of a session whose file is gone is known by its marks', async () => {
    const past = [...turn(PARENT, 'first', WEEK_AGO), ...turn(PARENT, 'second', WEEK_AGO + MINUTE)];
    write(FORK, [...copy(past, FORK), ...turn(FORK, 'third', T)]);
    const agent = start();
    await agent.caughtUp;
    expect(continued(agent.events)).toEqual([fork()]);
    expect(totals(agent.events)).toEqual({ prompts: { [FORK]: 1 }, output: 10 });
  });

  it('goes on where its parent is deleted meanwhile', async () => {
    const past = turn(PARENT, 'first', WEEK_AGO);
    write(PARENT, past);
    write(FORK, [...copy(past, FORK, 'plain'), ...turn(FORK, 'second', T)]);
    const first = start();
    await first.caughtUp;
    await first.stop();
    rmSync(at.home.transcript(PARENT));
    append(FORK, turn(FORK, 'third', T + MINUTE));
    const second = start();
    await second.caughtUp;
    expect(totals([...first.events, ...second.events]).prompts).toEqual({ [PARENT]: 1, [FORK]: 2 });
  });

  it('of /branch goes on in a process that was begun for another session', async () => {
    const past = turn(PARENT, 'first', WEEK_AGO);
    const marked = past.map((line) => {
      const entry = JSON.parse(line);
      const forkedFrom = { sessionId: PARENT, messageUuid: entry.uuid };
      return JSON.stringify({ ...entry, sessionId: FORK, forkedFrom });
    });
    const own = turn(PARENT, 'second', T).map((line) => JSON.stringify({ ...JSON.parse(line), sessionId: FORK }));
    write(FORK, [...marked, ...own]);
    const agent = start();
    await agent.caughtUp;
    expect(continued(agent.events)).toEqual([fork()]);
    expect(totals(agent.events)).toEqual({ prompts: { [FORK]: 1 }, output: 10 });
  });

  it('counts its own part of the client’s totals where those go on from its parent’s', async () => {
    const cost = (totalCostUSD: number, startTime: number) =>
      JSON.stringify({ type: 'cost-state', totalCostUSD, totalLinesAdded: totalCostUSD * 10, startTime });
    const past = turn(PARENT, 'first', WEEK_AGO);
    write(PARENT, [...past, cost(2, 7), ...turn(PARENT, 'on', T), cost(5, 7)]);
    write(FORK, [...copy(past, FORK), ...turn(FORK, 'second', T), cost(3, 7)]);
    write(LATER_FORK, [...copy(past, LATER_FORK), ...turn(LATER_FORK, 'second', T), cost(1, 9)]);
    const agent = start();
    await agent.caughtUp;
    const told = agent.ofType('CostReported').map(({ sessionId, data }) => [sessionId, data.costUsd, data.linesAdded]);
    expect(told).toHaveLength(4);
    expect(told).toEqual(
      expect.arrayContaining([
        [PARENT, 2, 20],
        [PARENT, 5, 50],
        [FORK, 1, 10],
        [LATER_FORK, 1, 10],
      ]),
    );
  });

  it('in the background is where its parent went', async () => {
    const past = turn(PARENT, 'first', WEEK_AGO);
    const next = {
      type: 'continued-in',
      sessionId: PARENT,
      continuedInSessionId: FORK,
      timestamp: new Date(T).toISOString(),
    };
    write(PARENT, [...past, JSON.stringify(next), JSON.stringify(next)]);
    write(FORK, [...copy(past, FORK), ...turn(FORK, 'second', T)]);
    const agent = start();
    await agent.caughtUp;
    const handed = { ...fork(), how: 'background' };
    expect(continued(agent.events)).toEqual([handed, handed]);
    expect(agent.ofType('SessionLeft')).toMatchObject([
      { sessionId: PARENT, occurredAt: T, data: { pid: null, nextSessionId: FORK } },
    ]);
  });

  it('is no session that merely quotes another one’s ids', async () => {
    const past = turn(PARENT, 'first', WEEK_AGO);
    const quoting = { input: JSON.parse(past[0] ?? '{}'), sessionId: FORK };
    write(PARENT, past);
    write(FORK, [
      promptLine('look', { sessionId: FORK, session_id: PARENT }, WEEK_AGO),
      assistantLine(
        { type: 'tool_use', id: 'toolu_q', name: 'Bash', ...quoting },
        {},
        { sessionId: FORK },
        WEEK_AGO + 1,
      ),
      ...turn(FORK, 'second', T),
    ]);
    const agent = start();
    await agent.caughtUp;
    expect(continued(agent.events)).toEqual([]);
    expect(totals(agent.events).prompts).toEqual({ [PARENT]: 1, [FORK]: 2 });
  });
});

describe('a message', () => {
  it('counts once in all files, also where a copy got other uuids', async () => {
    const line = (sessionId: string, at: number) =>
      assistantLine({ type: 'text', text: 'a' }, { id: 'msg_same', usage: { output_tokens: 7 } }, { sessionId }, at);
    write(PARENT, [promptLine('first', { sessionId: PARENT }), line(PARENT, T)]);
    write(FORK, [promptLine('other', { sessionId: FORK }), line(FORK, T)]);
    const agent = start();
    await agent.caughtUp;
    expect(totals(agent.events).output).toBe(7);
  });

  it('counts by itself where only its id is the same', async () => {
    const line = (sessionId: string, at: number) =>
      assistantLine({ type: 'text', text: 'a' }, { id: 'msg_1', usage: { output_tokens: 7 } }, { sessionId }, at);
    write(PARENT, [promptLine('first', { sessionId: PARENT }), line(PARENT, T)]);
    write(FORK, [promptLine('other', { sessionId: FORK }), line(FORK, T + 5)]);
    const agent = start();
    await agent.caughtUp;
    expect(totals(agent.events).output).toBe(14);
  });
});

describe('a session of a week ago that is resumed', () => {
  it.each([0, 30_000])('tells its old entries as old ones (results of %i bytes)', async (bytes) => {
    const past = Array.from({ length: 10 }, (_, index) =>
      turn(PARENT, `prompt ${index}`, WEEK_AGO + index, bytes),
    ).flat();
    write(PARENT, [...past, attachmentLine(10)]);
    const longAgo = (NOW - 8 * 24 * 60 * MINUTE) / 1000;
    utimesSync(at.home.transcript(PARENT), longAgo, longAgo);
    const agent = start();
    await agent.caughtUp;
    expect(agent.events).toEqual([]);
    append(PARENT, ['{"type":"permission-mode","permissionMode":"plan"}']);
    await until('the old part is told', () => totals(agent.events).prompts[PARENT] === 10);
    expect(Math.max(...agent.events.map(({ occurredAt }) => occurredAt))).toBeLessThan(WEEK_AGO + MINUTE);
    append(PARENT, turn(PARENT, 'today', T));
    await until('the new turn is told', () => agent.prompts().includes('today'));
    expect(agent.events.filter(({ occurredAt }) => occurredAt >= T).map(({ type }) => type)).toContain('TurnEnded');
  });
});
