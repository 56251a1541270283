import type { Span, SpanOf, StatusChange, StoryEntry } from '@crewboard/contract';

type Tool = Extract<StoryEntry, { kind: 'tool' }>;

export const FILTERS = ['all', 'talk', 'tools', 'status'] as const;
export type Filter = (typeof FILTERS)[number];

/** How an ask ended, in the words of `sessionPage.story.answer`. */
export type Answer = 'allowed' | 'byRule' | 'refused' | 'denied' | 'answered' | SpanOf<'ask'>['next'];

/** One row of a session's story. `key` names it among all rows, also when the story is told again. */
export type Row = { key: string; at: number } & (
  | { kind: 'entry'; entry: Exclude<StoryEntry, { kind: 'turn' }> }
  /** `work`: what the turn used, its last piece. */
  | { kind: 'turn'; entry: Extract<StoryEntry, { kind: 'turn' }>; work: SpanOf<'work'> | null }
  | { kind: 'ask'; ask: SpanOf<'ask'>; answer: Answer }
  | { kind: 'agent'; agent: SpanOf<'agent'> }
  | { kind: 'status'; change: StatusChange; lastedMs: number | null }
);

/** How exactly the times of different sources agree, in ms. */
const SAME_MOMENT_MS = 2_000;

/** What the call that an ask was about came to tells how it was answered; else what the session did next. */
export const answerOf = ({ ask, next }: SpanOf<'ask'>, call: Tool | undefined): Answer => {
  if (!call) return next;
  if (call.outcome === 'rejected') return 'refused';
  if (call.outcome === 'denied') return 'denied';
  if (ask !== 'permission' && ask !== 'plan') return 'answered';
  return call.allowedBy === 'rule' ? 'byRule' : 'allowed';
};

/**
 * Everything that is known of a session's time as one list, the newest first. `history` is the oldest first, as the story is. A change
 * of status that a row of an ask tells anyway is left to the filter that asks for it.
 */
export const timelineOf = (
  story: readonly StoryEntry[],
  spans: readonly Span[],
  history: readonly StatusChange[],
  filter: Filter,
): Row[] => {
  const calls = new Map(story.flatMap((entry) => (entry.kind === 'tool' ? [[entry.toolUseId, entry] as const] : [])));
  const works = new Map(spans.flatMap((span) => (span.kind === 'work' ? [[span.at, span] as const] : [])));
  const asks = spans.filter((span) => span.kind === 'ask');
  const rows: Row[] = [
    ...history.map((change, index): Row => {
      const next = history[index + 1];
      return { ...NEW, kind: 'status', at: change.at, change, lastedMs: next ? next.at - change.at : null };
    }),
    ...story.map(
      (entry): Row =>
        entry.kind === 'turn'
          ? { ...NEW, kind: 'turn', at: entry.at, entry, work: works.get(entry.at) ?? null }
          : { ...NEW, kind: 'entry', at: entry.at, entry },
    ),
    ...spans.flatMap((span): Row[] => {
      if (span.kind === 'ask')
        return [{ ...NEW, kind: 'ask', at: span.at, ask: span, answer: answerOf(span, calls.get(span.id)) }];
      return span.kind === 'agent' ? [{ ...NEW, kind: 'agent', at: span.at, agent: span }] : [];
    }),
  ];
  const shown = rows.filter((row) => passes(row, filter) && !(filter === 'all' && isToldByAsk(row, asks)));
  // Stable: of one moment what was told first stays below.
  return withKeys(shown.toSorted((a, b) => a.at - b.at)).toReversed();
};

/** Named once all are in their order. */
const NEW = { key: '' };

const withKeys = (rows: readonly Row[]): Row[] => {
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const name = `${row.kind} ${row.kind === 'entry' ? row.entry.kind : ''} ${row.at}`;
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return { ...row, key: `${name} ${count}` };
  });
};

const passes = (row: Row, filter: Filter): boolean => {
  switch (filter) {
    case 'all':
      return true;
    case 'talk':
      return row.kind === 'entry' && (row.entry.kind === 'prompt' || row.entry.kind === 'reply');
    case 'tools':
      return (
        row.kind === 'agent' || (row.kind === 'entry' && (row.entry.kind === 'tool' || row.entry.kind === 'commit'))
      );
    case 'status':
      if (row.kind === 'entry') return row.entry.kind === 'claim';
      return row.kind !== 'agent';
  }
};

const isToldByAsk = (row: Row, asks: readonly SpanOf<'ask'>[]): boolean => {
  if (row.kind !== 'status') return false;
  const { status, at } = row.change;
  if (status === 'waiting_for_approval') return asks.some((ask) => at >= ask.since - SAME_MOMENT_MS && at < ask.at);
  return status === 'working' && asks.some((ask) => Math.abs(at - ask.at) <= SAME_MOMENT_MS && ask.next === 'went_on');
};

/** So much of a text stands there before the rest is folded away, in UTF-16 units and lines. */
const FOLDED_CHARS = 400;
const FOLDED_LINES = 6;

/** Whether a text is to be folded. */
export const isLong = (text: string): boolean =>
  text.length > FOLDED_CHARS || text.split('\n', FOLDED_LINES + 1).length > FOLDED_LINES;

type Outcome = Tool['outcome'] | SpanOf<'agent'>['outcome'];
export const outcomeKey = (outcome: Outcome) => `sessionPage.story.outcome.${outcome}` as const;
