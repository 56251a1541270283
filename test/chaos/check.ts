import { isDeepStrictEqual } from 'node:util';
import { type Card, eventId, type Session, START_OFFSET, sessionSchema } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import { advance, evolve, type SessionState } from '@crewboard/status';
import { z } from 'zod';
import { cardOf, type Expected } from './offline.ts';
import type { Page } from './page.ts';
import type { Team } from './team.ts';

/** What is not as it would be had nothing ever gone wrong. */
export interface Verdict {
  /** Events that are in no log, sessions that are on no board, counters that are too small. */
  lost: string[];
  /** Counters that are too large. */
  twice: string[];
  /** All else that differs. */
  wrong: string[];
}

const boardSchema = z.object({ sessions: z.array(sessionSchema) });
const READ = 1_000;

/** How far off a time may be that went through a clock that was wrong: the agent takes out what it can measure. */
const CLOCK_TOLERANCE_MS = 3_000;

const withoutEnrichment = ({ summary: _summary, brief: _brief, pullRequest: _pullRequest, ...card }: Session): Card =>
  card;

/** Reads what the log has: the ids of all events, and the state of each session that they come to when each is folded once. */
export const createLogReader = (log: EventLog) => {
  const ids = new Set<string>();
  const states = new Map<string, SessionState>();
  const offsets = Array.from({ length: log.partitions }, () => START_OFFSET);
  let repeats = 0;
  return {
    ids: ids as ReadonlySet<string>,
    states: states as ReadonlyMap<string, SessionState>,
    /** Entries that say what an earlier one said: allowed, since the fold knows them. */
    get repeats() {
      return repeats;
    },
    read: async (): Promise<void> => {
      for (const [partition, offset] of offsets.entries()) {
        for (let after = offset; ; ) {
          const entries = await log.read(partition, { after, count: READ });
          for (const entry of entries) {
            if (!entry.ok) continue;
            const id = eventId(entry.event);
            if (ids.has(id)) {
              repeats += 1;
              continue;
            }
            ids.add(id);
            const { sessionId } = entry.event;
            states.set(sessionId, evolve(states.get(sessionId), entry.event));
          }
          after = entries.at(-1)?.offset ?? after;
          offsets[partition] = after;
          if (entries.length < READ) break;
        }
      }
    },
  };
};

const tokensOf = ({ usage }: Card): number =>
  Object.values(usage.tokens).reduce(
    (sum, { input, output, cacheRead, cacheWrite }) => sum + input + output + cacheRead + cacheWrite,
    0,
  );

const COUNTERS: Record<string, (card: Card) => number> = { prompts: ({ prompts }) => prompts, tokens: tokensOf };

const compareCounters = (who: string, is: Card, ought: Card, verdict: Verdict): void => {
  for (const [name, of] of Object.entries(COUNTERS)) {
    const line = `${who}: ${of(is)} ${name} instead of ${of(ought)}`;
    if (of(is) < of(ought)) verdict.lost.push(line);
    if (of(is) > of(ought)) verdict.twice.push(line);
  }
};

/** What says when something was, or follows from it. */
const TIMED: readonly (keyof Card)[] = [
  ...(['status', 'since', 'quietSince', 'startedAt', 'lastActivityAt', 'condition', 'evidence', 'now'] as const),
  ...(['asks', 'attention', 'subagents', 'backgroundShells', 'disagreement'] as const),
];
/** What the latest word says, by the times: where the board told wrong ones, that may be another until the next word. */
const LATEST: readonly (keyof Card)[] = ['usage', 'model', 'permissionMode', 'goal', 'title'];

const FREE: Record<'machine' | 'board' | 'none', ReadonlySet<keyof Card>> = {
  none: new Set(),
  machine: new Set(TIMED),
  board: new Set([...TIMED, ...LATEST]),
};

const compareCards = (who: string, is: Card, ought: Card, { session }: Expected, verdict: Verdict): void => {
  const free = FREE[session.wrongClock ?? 'none'];
  for (const key of Object.keys(ought) as (keyof Card)[]) {
    if (free.has(key) || isDeepStrictEqual(is[key], ought[key])) continue;
    verdict.wrong.push(`${who}: ${key} is ${JSON.stringify(is[key])} instead of ${JSON.stringify(ought[key])}`);
  }
  if (session.wrongClock !== 'machine') return;
  for (const [key, real] of [
    ['startedAt', session.startedAt],
    ['lastActivityAt', session.lastAt],
  ] as const) {
    const offMs = is[key] - real;
    if (Math.abs(offMs) > CLOCK_TOLERANCE_MS) verdict.wrong.push(`${who}: ${key} is ${offMs} ms off`);
  }
};

/** The same log gives the same card, whatever happened to clocks and processes on the way. */
const compareFold = (who: string, is: Card, ought: Card, { wrong }: Verdict): void => {
  for (const key of Object.keys(ought) as (keyof Card)[]) {
    if (isDeepStrictEqual(is[key], ought[key])) continue;
    wrong.push(`${who}: ${key} is ${JSON.stringify(is[key])} and ${JSON.stringify(ought[key])} by the log`);
  }
};

const fetchBoard = async (gateway: string): Promise<Session[]> => {
  const response = await fetch(`${gateway}/api/board`, { signal: AbortSignal.timeout(5_000) });
  return boardSchema.parse(await response.json()).sessions;
};

/** Compares every board that there is with what the input says: those of the gateways, and those of who looks on. */
export const compare = async (
  team: Team,
  page: Page | undefined,
  expected: ReadonlyMap<string, Expected>,
  logged: Pick<ReturnType<typeof createLogReader>, 'ids' | 'states'>,
): Promise<Verdict> => {
  const verdict: Verdict = { lost: [], twice: [], wrong: [] };
  for (const { events, machine } of expected.values()) {
    for (const id of events) if (!logged.ids.has(id)) verdict.lost.push(`${machine.name}: ${id} is not in the log`);
  }
  const boards = new Map<string, Session[]>();
  for (const gateway of team.gateways) boards.set(gateway, await fetchBoard(gateway));
  for (const viewer of team.viewers) boards.set(viewer.name, [...viewer.board().sessions.values()]);
  if (page) boards.set('the page', await page.sessions());
  const now = Date.now();
  for (const [where, sessions] of boards) {
    const byId = new Map(sessions.map((session) => [session.sessionId, session]));
    for (const [sessionId, of] of expected) {
      const shown = byId.get(sessionId);
      byId.delete(sessionId);
      const who = `${sessionId} at ${where}`;
      if (!shown) {
        verdict.lost.push(`${who} is not on the board`);
        continue;
      }
      const card = withoutEnrichment(shown);
      const ought = cardOf(of, now);
      compareCounters(who, card, ought, verdict);
      compareCards(who, card, ought, of, verdict);
      const state = logged.states.get(sessionId);
      if (state) compareFold(who, card, advance(state, now).card, verdict);
    }
    for (const sessionId of byId.keys()) verdict.wrong.push(`${sessionId} at ${where} is of no machine`);
  }
  return verdict;
};
