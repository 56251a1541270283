import type { Session, Span, SpanOf, Today } from '@crewboard/contract';
import type { Day } from './day.ts';

const HOUR = 3_600_000;
/** So many repositories are told one by one. */
const LISTED = 12;

/** A session that did something on a day, with the spans of its time. */
export interface DaySession {
  session: Pick<Session, 'repo' | 'status' | 'asks' | 'evidence'>;
  spans: readonly Span[];
}

type Ask = Pick<SpanOf<'ask'>, 'ask' | 'since' | 'at'>;
interface Stretch {
  since: number;
  at: number;
}

/** The figures of a day until `now`. Pure. */
export const figuresOf = (sessions: readonly DaySession[], day: Day, now: number): Omit<Today, 'timeZone'> => {
  const ended = sessions.flatMap(({ spans }) => asksOf(spans)).filter(({ at }) => isIn(day, at));
  const answered = ended.filter(({ next }) => next !== 'ended');
  return {
    ...day,
    now,
    answered: answered.length,
    medianWaitMs: median(answered.map(({ since, at }) => at - since)),
    open: sessions.reduce((sum, { session }) => sum + openAsks(session, now).length, 0),
    ...waitsOf(sessions, day, now),
    hours: hoursOf(sessions, day, now),
    costsByRepository: costsOf(sessions, day),
  };
};

const isIn = ({ from, to }: Day, at: number): boolean => at >= from && at < to;

const asksOf = (spans: readonly Span[]): SpanOf<'ask'>[] => spans.filter((span) => span.kind === 'ask');
const workOf = (spans: readonly Span[]): SpanOf<'work'>[] => spans.filter((span) => span.kind === 'work');

/** What is guessed from silence may be no ask. */
const openAsks = ({ asks, evidence }: DaySession['session'], now: number): Ask[] =>
  evidence.inferred ? [] : asks.map(({ kind: ask, since }) => ({ ask, since, at: Math.max(since, now) }));

export const median = (values: readonly number[]): number | null => {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  return upper === undefined || lower === undefined ? null : Math.round((lower + upper) / 2);
};

/** How long at least one of some stretches lasted, in ms. */
export const coveredMs = (stretches: readonly Stretch[]): number => {
  let covered = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { since, at } of stretches.toSorted((a, b) => a.since - b.since)) {
    if (at > until) covered += at - Math.max(since, until);
    until = Math.max(until, at);
  }
  return covered;
};

const waitsOf = (
  sessions: readonly DaySession[],
  { from }: Day,
  now: number,
): Pick<Today, 'waitsByRepository' | 'waitsByAsk'> => {
  const byRepository = new Map<string, { waitedMs: number; asks: number }>();
  const byAsk = new Map<Ask['ask'], { waitedMs: number; asks: number }>();
  for (const { session, spans } of sessions) {
    const asks = [...asksOf(spans), ...openAsks(session, now)]
      .map(({ ask, since, at }) => ({ ask, since: Math.max(since, from), at: Math.min(at, now) }))
      .filter(({ since, at }) => at > since);
    if (asks.length === 0) continue;
    add(byRepository, session.repo, coveredMs(asks), asks.length);
    for (const kind of new Set(asks.map(({ ask }) => ask))) {
      const ofKind = asks.filter(({ ask }) => ask === kind);
      add(byAsk, kind, coveredMs(ofKind), ofKind.length);
    }
  }
  const longest = [...byRepository].toSorted(([, a], [, b]) => b.waitedMs - a.waitedMs);
  const others = longest.slice(LISTED).map(([, wait]) => wait);
  return {
    waitsByRepository: [
      ...longest.slice(0, LISTED).map(([repo, wait]) => ({ repo, ...wait })),
      ...(others.length > 0
        ? [{ repo: null, waitedMs: sum(others, ({ waitedMs }) => waitedMs), asks: sum(others, ({ asks }) => asks) }]
        : []),
    ],
    waitsByAsk: [...byAsk]
      .map(([ask, wait]) => ({ ask, ...wait }))
      .toSorted((a, b) => b.waitedMs - a.waitedMs || a.ask.localeCompare(b.ask)),
  };
};

const sum = <Item>(items: readonly Item[], figure: (item: Item) => number): number =>
  items.reduce((total, item) => total + figure(item), 0);

const add = <Key>(to: Map<Key, { waitedMs: number; asks: number }>, key: Key, waitedMs: number, asks: number): void => {
  const known = to.get(key);
  to.set(key, { waitedMs: (known?.waitedMs ?? 0) + waitedMs, asks: (known?.asks ?? 0) + asks });
};

/** A piece of work is told with its beginning and its end: in the hours of both the session worked. */
const hoursOf = (sessions: readonly DaySession[], { from, to }: Day, now: number): Today['hours'] => {
  const hours = Array.from({ length: Math.ceil((to - from) / HOUR) }, (_, hour) => ({
    at: from + hour * HOUR,
    sessions: 0,
  }));
  for (const { session, spans } of sessions) {
    const moments = workOf(spans).flatMap(({ since, at }) => [since, at]);
    if (session.status === 'working') moments.push(now);
    for (const hour of new Set(moments.map((at) => Math.floor((at - from) / HOUR)))) {
      const bucket = hours[hour];
      if (bucket) bucket.sessions += 1;
    }
  }
  return hours;
};

const costsOf = (sessions: readonly DaySession[], day: Day): Today['costsByRepository'] => {
  const costs = new Map<string, { costUsd: number; isWhole: boolean; sessions: number }>();
  for (const { session, spans } of sessions) {
    const work = workOf(spans).filter(({ at }) => isIn(day, at));
    if (work.length === 0) continue;
    const known = costs.get(session.repo) ?? { costUsd: 0, isWhole: true, sessions: 0 };
    costs.set(session.repo, {
      costUsd: known.costUsd + sum(work, ({ costUsd }) => costUsd ?? 0),
      isWhole: known.isWhole && work.every(({ costUsd }) => costUsd !== null),
      sessions: known.sessions + 1,
    });
  }
  const dearest = [...costs].toSorted(([, a], [, b]) => b.costUsd - a.costUsd);
  const others = dearest.slice(LISTED).map(([, cost]) => cost);
  const rounded = (usd: number): number => Math.round(usd * 1_000_000) / 1_000_000;
  return [
    ...dearest.slice(0, LISTED).map(([repo, cost]) => ({ repo, ...cost, costUsd: rounded(cost.costUsd) })),
    ...(others.length > 0
      ? [
          {
            repo: null,
            costUsd: rounded(sum(others, ({ costUsd }) => costUsd)),
            isWhole: others.every(({ isWhole }) => isWhole),
            sessions: sum(others, (cost) => cost.sessions),
          },
        ]
      : []),
  ];
};
