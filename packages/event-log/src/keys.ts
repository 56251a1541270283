import { BOARD_VERSION } from '@crewboard/contract';

/** Every Redis key of the product. */
export interface Keys {
  /** Stream of a partition's events. */
  events(partition: number): string;
  /** Stream of a partition's board changes. */
  board(partition: number): string;
  /** Hash of a partition's rows: session id → row as JSON. */
  rows(partition: number): string;
  /** The offset of the last event that the rows cover. */
  checkpoint(partition: number): string;
  /** Hash of the histories, stories and spans of a partition's sessions, see `history-ring.ts`. */
  history(partition: number): string;
  /** Hash of what the enricher said last: kind and session id → change as JSON. No board's: a reset or a new version leaves it. */
  enrichment(partition: number): string;
  /** Who holds the lease; expires with it. */
  lease(partition: number): string;
  /** Counts the lease's holders. */
  fence(partition: number): string;
  epoch: string;
  /** With how many partitions this log was made. */
  partitions: string;
  /** Stream of what was set aside. */
  deadLetters: string;
  /** Hash of machine → the machine as JSON. No board's: a reset or a new version leaves it. */
  machines: string;
  /** Hash of one kind of records (`packages/records`): id → the record as JSON. No board's either. */
  records(kind: string): string;
  /** Written to see that Redis takes writes, where a partition is. */
  check(partition: number): string;
}

/**
 * `{p}` is a hash tag: all keys of one partition are in one slot of a cluster, so that a script may use them together.
 * What belongs to a board carries its version: a new fold's board grows beside the old one.
 */
export const createKeys = (prefix: string): Keys => {
  if (!/^[\w:.-]+$/.test(prefix)) throw new RangeError(`a prefix of keys is letters, digits and :._- only: ${prefix}`);
  const version = `v${BOARD_VERSION}`;
  return {
    events: (partition) => `${prefix}:events:{${partition}}`,
    board: (partition) => `${prefix}:board:${version}:{${partition}}`,
    rows: (partition) => `${prefix}:rows:${version}:{${partition}}`,
    checkpoint: (partition) => `${prefix}:checkpoint:${version}:{${partition}}`,
    history: (partition) => `${prefix}:history:${version}:{${partition}}`,
    enrichment: (partition) => `${prefix}:enrichment:{${partition}}`,
    lease: (partition) => `${prefix}:lease:${version}:{${partition}}`,
    fence: (partition) => `${prefix}:fence:${version}:{${partition}}`,
    epoch: `${prefix}:epoch:${version}`,
    partitions: `${prefix}:partitions`,
    deadLetters: `${prefix}:dead-letters`,
    machines: `${prefix}:machines`,
    records: (kind) => `${prefix}:records:${kind}`,
    check: (partition) => `${prefix}:check:{${partition}}`,
  };
};
