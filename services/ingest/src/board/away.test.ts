import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventId } from '@crewboard/contract';
import { expect, it, onTestFinished } from 'vitest';
import { homeForEach, quiet, until } from '../../test/agent.ts';
import { assistantLine, promptLine, T } from '../../test/entries.ts';
import { promptPayload } from '../../test/spool.ts';
import { startStubBoard, TOKEN } from '../../test/stub-board.ts';
import { createClockSkew } from '../senses/skew.ts';
import { boardClient } from './client.ts';
import { connectBoard } from './connection.ts';
import { httpSink } from './http-sink.ts';

const at = homeForEach();
const HOUR_MS = 3_600_000;

const sinkTo = (url: string, clock?: { now: () => number; monotonic: () => number }) => {
  const connection = connectBoard(url);
  onTestFinished(() => connection.close());
  const board = boardClient(connection, TOKEN);
  return httpSink({
    board,
    logger: quiet,
    ...(clock ? { now: clock.now, skew: createClockSkew(clock.now, clock.monotonic) } : {}),
  });
};

const SESSIONS = 20;
const TURNS = 200;
const HOOKS_A_TURN = 6;

it('a day without the board is caught up in order: nothing is lost, nothing comes twice, and memory stays small', {
  timeout: 180_000,
}, async () => {
  let isAway = false;
  const board = await startStubBoard({ answer: () => (isAway ? { status: 502 } : undefined) });
  const sessions = Array.from({ length: SESSIONS }, (_, index) => `session-${index}`);
  for (const sessionId of sessions)
    writeFileSync(at.home.transcript(sessionId), `${promptLine('Good morning', { sessionId })}\n`);
  const agent = at.start({ sink: sinkTo(board.url) });
  await agent.boardReady;
  const told = board.accepted;
  const queued = async (): Promise<number> =>
    Number(/^crewboard_ingest_queued_events (\d+)$/m.exec(await agent.registry.metrics())?.[1]);

  isAway = true;
  const spool = join(at.home.dataDir, 'spool');
  mkdirSync(spool, { recursive: true });
  for (let turn = 0; turn < TURNS; turn++) {
    for (const sessionId of sessions) {
      const when = T + 1_000 + turn;
      const lines = [
        promptLine(`prompt ${turn}`, { sessionId }, when),
        assistantLine(
          { type: 'text', text: 'x'.repeat(1_000) },
          { id: `msg_${sessionId}_${turn}` },
          { sessionId },
          when,
        ),
      ];
      appendFileSync(at.home.transcript(sessionId), `${lines.join('\n')}\n`);
    }
    for (let hook = 0; hook < HOOKS_A_TURN; hook++) {
      writeFileSync(join(spool, `${turn}-${hook}.json`), promptPayload(`hook ${turn}-${hook}`));
    }
    // Hooks of people come more slowly than they can be taken, and never meet a full folder: it holds 500.
    if (turn % 20 === 19) await until('the agent has taken the hooks', () => readdirSync(spool).length === 0);
    if (turn % 100 === 0) expect(await queued()).toBeLessThan(3_000);
  }
  await until('readers wait for room', async () => (await queued()) >= 2_000);
  expect(await queued()).toBeLessThan(3_000);
  const beforeReturn = told().length;

  isAway = false;
  const hooks = () => told().filter(({ type, source }) => type === 'PromptSubmitted' && source === 'hook');
  const prompts = () => told().filter(({ type, source }) => type === 'PromptSubmitted' && source === 'transcript');
  await until('all prompts are told', () => prompts().length >= SESSIONS * (TURNS + 1), 90_000);
  const expectedHooks = HOOKS_A_TURN * TURNS;
  await until('all hooks are told', () => hooks().length >= expectedHooks, 90_000);
  expect(told().length).toBeGreaterThan(beforeReturn);
  await until('nothing waits', async () => (await queued()) === 0);

  const accepted = told();
  expect(new Set(accepted.map(eventId)).size).toBe(accepted.length);
  expect(prompts()).toHaveLength(SESSIONS * (TURNS + 1));
  expect(hooks()).toHaveLength(expectedHooks);
  const last = new Map<string, number>();
  for (const { stream, position, type } of accepted) {
    if (type === 'HistoryCounted') continue;
    expect(position).toBeGreaterThan(last.get(stream) ?? -1);
    last.set(stream, position);
  }
});

it.each([HOUR_MS, -HOUR_MS])(
  'a clock that is off by %i ms, and set right meanwhile, shows in no time on the board',
  async (offMs) => {
    const board = await startStubBoard();
    let ahead = offMs;
    const clock = { now: () => Date.now() + ahead, monotonic: () => performance.now() };
    const write = (text: string) => {
      const line = promptLine(text, { sessionId: 'session-1' }, clock.now());
      appendFileSync(at.home.transcript('session-1'), `${line}\n`);
      return Date.now();
    };
    const timeOf = (text: string): number | undefined =>
      board.accepted().find((event) => event.type === 'PromptSubmitted' && event.data.text === text)?.occurredAt;
    const wasOff = write('while it is off');
    const agent = at.start({ now: clock.now, sink: sinkTo(board.url, clock) });
    await agent.boardReady;
    ahead = 0;
    const isRight = write('now it is right');
    await until('both are told', () => timeOf('now it is right') !== undefined);
    expect(Math.abs((timeOf('while it is off') ?? 0) - wasOff)).toBeLessThan(1_000);
    expect(Math.abs((timeOf('now it is right') ?? 0) - isRight)).toBeLessThan(1_000);
    await until('a report says so', () => {
      const report = board.requests.findLast(({ line }) => line === 'PUT /api/agent/report');
      return report !== undefined && Math.abs(JSON.parse(report.body).clockSkewMs ?? HOUR_MS) < 1_000;
    });
  },
);
