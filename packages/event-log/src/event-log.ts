import type {
  BoardChange,
  Card,
  EnrichmentChange,
  Machine,
  Offset,
  RecordedChange,
  RecordedEvent,
  SessionEvent,
  Span,
  StatusChange,
  StoryEntry,
} from '@crewboard/contract';

/** An entry as read: its event, or why it can't be one. An unreadable entry keeps its place in the order. */
export type EventEntry =
  | { ok: true; offset: Offset; event: RecordedEvent }
  | { ok: false; offset: Offset; reason: string; raw: string };

/** An event as its JSON, where another thread has made it already. It is looked at when it is read, as all are. */
export interface EventText {
  sessionId: string;
  json: string;
}

/** Which entries to read. `after` is exclusive. */
export interface ReadOptions {
  after: Offset;
  /** At most so many entries. */
  count: number;
  /** How long to wait for the first entry where there is none, in ms; 0 answers at once. */
  waitMs?: number;
  /** Ends a wait early, with what is there (maybe nothing). */
  signal?: AbortSignal;
}

/** The right to write one partition's board. `fence` rises with each holder: a write with an older one is refused. */
export interface Lease {
  partition: number;
  fence: number;
}

/** One session as the status service keeps it: the fold's state, opaque to the log, beside the card that is shown. */
export interface Row {
  sessionId: string;
  state: unknown;
  card: Card;
}

export interface RowToSave extends Row {
  /** `state` as JSON, where whoever saves it has it already. */
  stateText?: string;
}

/** What one step of the fold leaves behind. Saved whole or not at all. */
export interface Projection {
  /**
   * Sessions whose rows go away, with their histories, stories, spans and what was found of them; before all else, so that one which begins
   * anew in the same step is among the rows too.
   */
  removed: readonly string[];
  /** Rows that are new or changed. */
  rows: readonly RowToSave[];
  /** Appended to the board changelog, in this order. */
  changes: readonly BoardChange[];
  /** Appended to the histories of their sessions, in this order. */
  history: readonly HistoryEntry[];
  /** The same for their stories. */
  story: readonly StoryLine[];
  /** And for the spans of time that ended. */
  spans: readonly SpanLine[];
  /** The last event that the rows cover. */
  checkpoint: Offset;
}

/** One change of one session's status. */
export interface HistoryEntry {
  sessionId: string;
  change: StatusChange;
}

/** One more entry of one session's story. */
export interface StoryLine {
  sessionId: string;
  entry: StoryEntry;
}

/** One more span of one session. */
export interface SpanLine {
  sessionId: string;
  span: Span;
}

/** So many of a session's latest changes, of the latest entries of its story, and of its latest spans are kept. */
export const HISTORY_MAX = 200;

/** A partition's rows, and the place in the changelog that they are true at. */
export interface PartitionBoard {
  rows: Row[];
  /** What the enricher said last of each session, in no order. */
  enrichments: EnrichmentChange[];
  checkpoint: Offset;
  changesOffset: Offset;
}

export interface DeadLetter {
  /** Where it was set aside from: `ingest`, `status`, or a group's name. */
  from: string;
  reason: string;
  /** The entry as it came, cut to 4 KB. */
  raw: string;
  at: number;
}

export interface GroupEntry {
  partition: number;
  offset: Offset;
  change: RecordedChange;
  /** How often it was handed out, this time included. */
  deliveries: number;
}

/** One consumer of a group on the board changelog. At-least-once: whoever dies without `ack` has its entries handed to others. */
export interface GroupReader {
  /**
   * Partitions of which changes were dropped, by age or number, that nobody of the group was handed. To be asked before the first `read`,
   * which goes on behind them. Names none for a group that has not read yet; after a `forget` it may name one too many.
   */
  missed(): Promise<number[]>;
  /** Entries that nobody of the group has seen, of all partitions. */
  read(options: { count: number; waitMs?: number; signal?: AbortSignal }): Promise<GroupEntry[]>;
  /** Takes over what a consumer was handed at least `minIdleMs` ago and never acknowledged. */
  claim(options: { count: number; minIdleMs: number }): Promise<GroupEntry[]>;
  ack(entries: readonly Pick<GroupEntry, 'partition' | 'offset'>[]): Promise<void>;
  close(): Promise<void>;
}

/** Thrown by `save` when the lease was lost to another holder. Whoever gets it stops folding that partition. */
export class FencedOff extends Error {
  readonly code = 'FENCED_OFF';
  constructor(lease: Lease) {
    super(`lease ${lease.fence} of partition ${lease.partition} is no longer held`);
  }
}

/** Thrown, within seconds, by a call that the backend can't be reached for or refuses (out of memory, disk full). */
export class LogUnavailable extends Error {
  readonly code = 'LOG_UNAVAILABLE';
}

/**
 * The ordered, partitioned log of events, the board that is folded from it, and the board's changelog.
 * Two backends keep the same promises (`test/contract.ts`): Redis Streams, and LMDB in a folder for one process.
 * While the backend is away, reads (`read`, `readChanges`, a group's `read`) wait for it, beyond `waitMs` if need be, until
 * `signal` or `close` ends them: an empty answer always means that there was nothing. All else throws {@link LogUnavailable}.
 */
export interface EventLog {
  readonly partitions: number;
  /** So many appends may be under way at once without losing their order: one that fails takes those behind it along. At least 1. */
  readonly appendsAhead: number;

  /** Names this board's life: an offset of another epoch means nothing here. The same until `resetBoard`. */
  epoch(): Promise<string>;

  /**
   * Appends in order; events of one session keep their order. Durable as far as the backend is when it returns.
   * If it throws, a part may have been appended: send all again, the fold knows repeats.
   */
  append(events: readonly (SessionEvent | EventText)[]): Promise<void>;
  read(partition: number, options: ReadOptions): Promise<EventEntry[]>;
  lastOffset(partition: number): Promise<Offset>;

  /**
   * The lease, or `undefined` while another holds it. A holder that asks again gets its own lease, prolonged: with a new fence where its
   * last step came to nothing, so that this step can't come late.
   */
  acquireLease(partition: number, holder: string, ttlMs: number): Promise<Lease | undefined>;
  /** Lets another take it at once. Harmless when it is not held any more. */
  releaseLease(lease: Lease, holder: string): Promise<void>;

  /** Rows and checkpoint as of one moment; empty rows and `START_OFFSET` for a new board. */
  load(partition: number): Promise<PartitionBoard>;
  /**
   * Rows, changes and checkpoint in one atomic step, after all steps before it. Throws {@link FencedOff} when the lease is not the newest. May
   * resolve before the step is durable: when it comes to nothing then, so do those behind it, and the next call throws until the next `load`.
   */
  save(lease: Lease, projection: Projection): Promise<void>;
  /**
   * Forgets rows, histories, stories, spans, changelog and checkpoint of all partitions and begins a new epoch. The events stay, and offsets go on
   * rising. Every lease given so far is fenced off, so that nobody saves onto a board that is gone: acquire again, and load.
   */
  resetBoard(): Promise<void>;

  /** The latest changes of one session's status, the oldest first; empty for an unknown session. At most {@link HISTORY_MAX}. */
  history(sessionId: string): Promise<StatusChange[]>;

  /** What one session did, the oldest first; empty for an unknown session. At most the latest {@link HISTORY_MAX} entries. */
  story(sessionId: string): Promise<StoryEntry[]>;

  /** What one session waited for and what its work cost, in the order in which it ended; as many as of its story. */
  spans(sessionId: string): Promise<Span[]>;

  /** Replaces what is known of a machine. Not part of the board: a reset leaves it. */
  saveMachine(machine: Machine): Promise<void>;
  /** Every machine that ever reported, in no order. */
  machines(): Promise<Machine[]>;
  /** Forgets a machine's report. Harmless where there is none. */
  removeMachine(machine: string): Promise<void>;

  /** How far the fold of a partition has come: all events up to there are in its rows. `START_OFFSET` for a new board. */
  checkpoint(partition: number): Promise<Offset>;
  /**
   * Erases the events, changes and dead letters of some sessions that are there when it is called; the rest keeps its offsets, and so do
   * `SessionWithdrawn` and `CardRemoved`, for all to hear. Rows and histories are the fold's: append a `SessionWithdrawn` for each session
   * and wait for the checkpoint to pass it before. Looks at all entries of their partitions, in steps. A repeat changes nothing.
   */
  forget(sessionIds: ReadonlySet<string>): Promise<void>;

  /**
   * Appends what the enricher found to the changelog, and keeps the last of each kind and session beside the rows: no reset takes it
   * away, only the end of its session does. A session that has no row (any more) gets nothing: what was found of it too late is dropped.
   * Resolves with how many were appended.
   */
  appendChanges(changes: readonly EnrichmentChange[]): Promise<number>;
  /** Changes after an offset, in order. An unreadable change is left out and set aside as a dead letter. */
  readChanges(partition: number, options: ReadOptions): Promise<RecordedChange[]>;
  /** Before the oldest change that can still be read, and at or after all that were dropped: whoever stands earlier may have missed some. */
  changesHorizon(partition: number): Promise<Offset>;

  /** A new group begins at the oldest change there is. */
  group(name: string, consumer: string): Promise<GroupReader>;

  deadLetter(letter: DeadLetter): Promise<void>;
  /** The newest first. */
  deadLetters(count: number): Promise<DeadLetter[]>;

  /**
   * Drops entries of events and changelog that are older than `olderThan` (ms since 1970) or beyond `maxEntries` a partition. About exact:
   * may keep more, never less. For its age no event is dropped that is not folded yet: resolves with the partitions where that kept some.
   */
  trim(options: { olderThan?: number; maxEntries?: number }): Promise<{ heldBack: number[] }>;

  /** Rejects where the backend can't be reached or written. */
  check(): Promise<void>;
  /** Ends waits, which answer with nothing, and connections; later calls throw. A second `close` is harmless. */
  close(): Promise<void>;
}
