import { isDeepStrictEqual } from 'node:util';
import type { Card, Session } from '@crewboard/contract';
import { advance, type SessionState } from '@crewboard/status';
import type { Logged } from './log-reader.ts';
import type { PlayedSession } from './machine.ts';
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
/** Where the board, or its machine, told wrong times. */
const FREE: ReadonlySet<keyof Card> = new Set(TIMED);
const NOTHING: ReadonlySet<keyof Card> = new Set();

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

const compareTimes = (is: Card, { wrongClock, startedAt, lastAt }: PlayedSession): Told[] => {
  if (wrongClock !== 'machine') return [];
  const offs = { startedAt: is.startedAt - startedAt, lastActivityAt: is.lastActivityAt - lastAt };
  return Object.entries(offs)
    .filter(([, offMs]) => Math.abs(offMs) > CLOCK_TOLERANCE_MS)
    .map(([key, offMs]) => ({ kind: 'wrong', says: `${key} is ${offMs} ms off` }));
};

/** What a board must say of one session. */
export interface Ought {
  session: PlayedSession;
  /** What the input comes to. */
  byInput: SessionState;
  /** What the log comes to. */
  byLog: SessionState;
}

const compareSession = (
  { summary: _summary, brief: _brief, pullRequest: _pullRequest, ...is }: Session,
  { session, byInput, byLog }: Ought,
  now: number,
): Told[] => {
  const ought = advance(byInput, now).card;
  const isOffline = is.condition?.kind === 'offline';
  return [
    ...compareCounters(is, ought),
    ...compareFields(is, ought, session.wrongClock ? FREE : NOTHING, 'the input'),
    ...compareTimes(is, session),
    // The same log gives the same card, whatever happened to clocks and processes on the way.
    ...compareFields(is, advance(byLog, now).card, NOTHING, 'the log'),
    ...(isOffline ? [{ kind: 'wrong' as const, says: 'is offline, and its machine reports' }] : []),
  ];
};

/** Compares one board with what it must say at `now`. */
export const checkBoard = (
  where: string,
  sessions: readonly Session[],
  oughts: ReadonlyMap<string, Ought>,
  now: number,
): Finding[] => {
  const shown = new Map(sessions.map((session) => [session.sessionId, session]));
  const findings = [...oughts].flatMap(([sessionId, ought]): Finding[] => {
    const session = shown.get(sessionId);
    if (!session) return [{ kind: 'lost', sessionId, says: `${sessionId} is not on the board of ${where}` }];
    return compareSession(session, ought, now).map(({ kind, says }) => ({
      kind,
      sessionId,
      says: `${sessionId} at ${where}: ${says}`,
    }));
  });
  const unknown = [...shown.keys()].filter((sessionId) => !oughts.has(sessionId));
  const strange = (sessionId: string): Finding => ({
    kind: 'wrong',
    sessionId,
    says: `${sessionId} at ${where} is no machine's`,
  });
  return [...findings, ...unknown.map(strange)];
};

/** Whether the log has every event of the input, and no other. */
export const checkLog = (
  expected: ReadonlyMap<string, Pick<Expected, 'ids'>>,
  logged: ReadonlyMap<string, Pick<Logged, 'ids'>>,
): Finding[] =>
  [...expected].flatMap(([sessionId, { ids: ought }]): Finding[] => {
    const is = logged.get(sessionId)?.ids ?? new Set<string>();
    const missing = [...ought].filter((id) => !is.has(id));
    const strange = [...is].filter((id) => !ought.has(id));
    return [
      ...missing.map((id): Finding => ({ kind: 'lost', sessionId, says: `${id} is not in the log` })),
      ...strange.map((id): Finding => ({ kind: 'wrong', sessionId, says: `${id} is in the log and in no input` })),
    ];
  });
