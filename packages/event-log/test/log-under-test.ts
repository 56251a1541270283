import { randomUUID } from 'node:crypto';
import { type RecordedChange, type SessionEvent, START_OFFSET } from '@crewboard/contract';
import { aCard, anEvent, aSummary } from '@crewboard/contract/testing';
import type { EventLog, Lease, Projection, Row } from '../src/event-log.ts';
import { groupByPartition, partitionOf } from '../src/partition.ts';

/** Opens the log of a place; the same place holds the same log. At most one log of a place is open at a time. */
export type OpenLog = (place: string, partitions: number) => Promise<EventLog>;

/** Longer than any wait that a test expects to be woken from. */
export const WAIT_MS = 5000;

/** So many partitions has the log under test. */
const PARTITIONS = 2;

export const prompt = (sessionId: string, text: string): SessionEvent =>
  anEvent('PromptSubmitted', { sessionId, data: { text } });

export const textOf = (event: SessionEvent): string =>
  event.type === 'PromptSubmitted' ? event.data.text : event.type;

export const aRow = (sessionId: string, state: unknown = { step: 1 }): Row => ({
  sessionId,
  state,
  card: aCard({ sessionId }),
});

export const aProjection = (overrides: Partial<Projection> = {}): Projection => ({
  rows: [],
  removed: [],
  changes: [],
  history: [],
  story: [],
  spans: [],
  checkpoint: '1-0',
  ...overrides,
});

export const summary = aSummary;

export const summaryOf = (change: RecordedChange): string =>
  change.type === 'SummaryWritten' ? change.summary : change.type;

/** Something that today's contract can't read, as a log written by a newer version would hold it. */
export const foreign = <Item>(item: object): Item => item as Item;

/** A session id that lives in the given partition of the log under test. */
export const sessionIn = (partition: number): string => {
  for (let n = 0; ; n++) if (partitionOf(`session-${n}`, PARTITIONS) === partition) return `session-${n}`;
};

/** All readable events of a partition, read in pieces. */
export const readAll = async (log: EventLog, partition: number, pieces = 1000): Promise<SessionEvent[]> => {
  const events: SessionEvent[] = [];
  let after = START_OFFSET;
  for (;;) {
    const entries = await log.read(partition, { after, count: pieces });
    for (const entry of entries) if (entry.ok) events.push(entry.event);
    const last = entries.at(-1);
    if (!last) return events;
    after = last.offset;
  }
};

/** The log that a test is about: an empty one at its beginning. */
export interface LogUnderTest {
  readonly log: EventLog;
  /** Closes the log, and begins with an empty one. */
  begin(partitions?: number): Promise<void>;
  /** Closes the log and opens it again. */
  reopen(): Promise<void>;
  /** Opens the same place once more. */
  open(partitions: number): Promise<EventLog>;
  lease(holder?: string, partition?: number, ttlMs?: number): Promise<Lease>;
  /** Gives sessions a row each: only then something can be found of them. */
  seed(...sessionIds: string[]): Promise<void>;
  /** The texts of a partition's prompts, in order. */
  texts(partition?: number, pieces?: number): Promise<string[]>;
}

export const createLogUnderTest = (open: OpenLog): LogUnderTest => {
  let place = '';
  let log: EventLog | undefined;
  const current = (): EventLog => {
    if (!log) throw new Error('no log was begun');
    return log;
  };

  return {
    get log() {
      return current();
    },
    begin: async (partitions = PARTITIONS) => {
      await log?.close();
      place = `test-${randomUUID()}`;
      log = await open(place, partitions);
    },
    reopen: async () => {
      const { partitions } = current();
      await current().close();
      log = await open(place, partitions);
    },
    open: (partitions) => open(place, partitions),
    lease: async (holder = 'a', partition = 0, ttlMs = 60_000) => {
      const given = await current().acquireLease(partition, holder, ttlMs);
      if (!given) throw new Error('the lease is taken');
      return given;
    },
    seed: async (...sessionIds) => {
      for (const [partition, sessions] of groupByPartition(
        sessionIds.map((sessionId) => ({ sessionId })),
        PARTITIONS,
      )) {
        const lease = await current().acquireLease(partition, 'seed', 60_000);
        if (!lease) throw new Error('the lease is taken');
        const rows = sessions.map(({ sessionId }) => aRow(sessionId));
        await current().save(lease, aProjection({ rows, checkpoint: START_OFFSET }));
        await current().releaseLease(lease, 'seed');
      }
    },
    texts: async (partition = 0, pieces) => (await readAll(current(), partition, pieces)).map(textOf),
  };
};
