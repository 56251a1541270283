import { isDeepStrictEqual } from 'node:util';
import type { Card, Session } from '@crewboard/contract';
import { advance } from '@crewboard/status';
import type { LogReader } from './log-reader.ts';
import type { Expected } from './offline.ts';

/** One thing that is not as it would be had nothing ever gone wrong. */
export interface Finding {
  /**
   * `lost`: an event that is in no log, a session that is on no board, a counter that is too small. `twice`: a counter that is too
   * large. `wrong`: all else.
   */
  kind: 'lost' | 'twice' | 'wrong';
  /** Absent where it is about no single session. */
  sessionId?: string;
  says: string;
}

/** How far off a time may be that went through a machine's wrong clock: the agent takes out what it can measure. */
const CLOCK_TOLERANCE_MS = 3_000;

/** What says when something was, or follows from it. */
const TIMED: readonly (keyof Card)[] = [
  ...(['status', 'since', 'quietSince', 'startedAt', 'lastActivityAt', 'condition', 'evidence', 'now'] as const),
  ...(['asks', 'attention', 'subagents', 'backgroundShells', 'disagreement'] as const),
];
/** What was asked first, by the times: those of two prompts may change places by as little as an agent's measure of its clock is off. */
const FIRST: readonly (keyof Card)[] = ['goal', 'title'];
/** What the latest word says, by the times: where the board told wrong ones, that may be another until the next word. */
const LATEST: readonly (keyof Card)[] = ['usage', 'model', 'permissionMode'];

const FREE: Record<'machine' | 'board' | 'none', ReadonlySet<keyof Card>> = {
  none: new Set(),
  machine: new Set([...TIMED, ...FIRST]),
  board: new Set([...TIMED, ...FIRST, ...LATEST]),
};

const tokensOf = ({ usage }: Card): number =>
  Object.values(usage.tokens).reduce(
    (sum, { input, output, cacheRead, cacheWrite }) => sum + input + output + cacheRead + cacheWrite,
    0,
  );

const COUNTERS: Record<string, (card: Card) => number> = { prompts: ({ prompts }) => prompts, tokens: tokensOf };

type Told = Omit<Finding, 'sessionId'>;

const compareCounters = (is: Card, ought: Card): Told[] =>
  Object.entries(COUNTERS).flatMap(([name, of]) => {
    const [has, should] = [of(is), of(ought)];
    if (has === should) return [];
    return [{ kind: has < should ? 'lost' : 'twice', says: `${has} ${name} instead of ${should}` }];
  });

const compareFields = (is: Card, ought: Card, free: ReadonlySet<keyof Card>, by: string): Told[] =>
  (Object.keys(ought) as (keyof Card)[])
    .filter((key) => !free.has(key) && !isDeepStrictEqual(is[key], ought[key]))
    .map((key) => ({
      kind: 'wrong',
      says: `${key} is ${JSON.stringify(is[key])} and by ${by} ${JSON.stringify(ought[key])}`,
    }));

const compareTimes = (is: Card, { session }: Expected): Told[] => {
  if (session.wrongClock !== 'machine') return [];
  const offs = { startedAt: is.startedAt - session.startedAt, lastActivityAt: is.lastActivityAt - session.lastAt };
  return Object.entries(offs)
    .filter(([, offMs]) => Math.abs(offMs) > CLOCK_TOLERANCE_MS)
    .map(([key, offMs]) => ({ kind: 'wrong', says: `${key} is ${offMs} ms off` }));
};

const NOTHING: ReadonlySet<keyof Card> = new Set();

const compareSession = (
  { summary: _summary, brief: _brief, pullRequest: _pullRequest, ...is }: Session,
  of: Expected,
  logged: LogReader,
  now: number,
): Told[] => {
  const ought = advance(of.state, now).card;
  const state = logged.states.get(is.sessionId);
  return [
    ...compareCounters(is, ought),
    ...compareFields(is, ought, FREE[of.session.wrongClock ?? 'none'], 'the input'),
    ...compareTimes(is, of),
    // The same log gives the same card, whatever happened to clocks and processes on the way.
    ...(state ? compareFields(is, advance(state, now).card, NOTHING, 'the log') : []),
  ];
};

/** Compares one board with what the input, and the log, say at `now`. */
export const checkBoard = (
  where: string,
  sessions: readonly Session[],
  expected: ReadonlyMap<string, Expected>,
  logged: LogReader,
  now: number,
): Finding[] => {
  const shown = new Map(sessions.map((session) => [session.sessionId, session]));
  const findings = [...expected].flatMap(([sessionId, of]): Finding[] => {
    const session = shown.get(sessionId);
    if (!session) return [{ kind: 'lost', sessionId, says: `${sessionId} is not on the board of ${where}` }];
    return compareSession(session, of, logged, now).map(({ kind, says }) => ({
      kind,
      sessionId,
      says: `${sessionId} at ${where}: ${says}`,
    }));
  });
  const unknown = [...shown.keys()].filter((sessionId) => !expected.has(sessionId));
  const strange = (sessionId: string): Finding => ({
    kind: 'wrong',
    sessionId,
    says: `${sessionId} at ${where} is no machine's`,
  });
  return [...findings, ...unknown.map(strange)];
};

/** Whether every event of the input is in the log. */
export const checkLog = (expected: ReadonlyMap<string, Expected>, { ids }: LogReader): Finding[] =>
  [...expected].flatMap(([sessionId, { events }]) =>
    events
      .filter((id) => !ids.has(id))
      .map((id): Finding => ({ kind: 'lost', sessionId, says: `${id} is not in the log` })),
  );
