/** What kinds of records there are, and whose. Each is a collection of its own. In Redis each service may use its own kinds only (`deploy/redis`). */
export const RECORD_KINDS = [
  // Who may do what: the gateway's, and `crewboard token`'s.
  ...(['board', 'invite', 'machine', 'name', 'claim', 'viewer'] as const),
  // What the enricher keeps for its replicas; the gateway reads its notices.
  ...(['summary', 'budget', 'notice', 'repository'] as const),
  // What a host sent to the gateway, once each, and what it spoke of: the enricher reads that.
  ...(['delivery', 'touch'] as const),
] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** What becomes of a record: another value, none, or what it is. With `ttlMs` it is gone so long after; without it stays. */
export type Next = { value: unknown; ttlMs?: number } | 'remove' | 'keep';

/**
 * Small records by kind and id (1 to 200 UTF-16 units), for what a log is no place for: what outlives it, ends at once, or is
 * changed by many. Two backends keep the same promises (`test/contract.ts`): Redis, and LMDB in a folder that several processes
 * may have open at once. Values are JSON, and unknown until parsed. One that has expired, or that was damaged in the store,
 * counts as absent.
 * Every call throws `LogUnavailable` where the backend can't be reached or was closed.
 */
export interface Records {
  /** `undefined` where there is none. Sees what any process wrote before. */
  get(kind: RecordKind, id: string): Promise<unknown>;
  /**
   * Does what `decide` says of the record that is there (`undefined` for none), in one step: of several who decide at the same
   * time, each sees what the one before left. `decide` may be asked more than once, and must do nothing but decide.
   * Resolves with the value that was there before.
   */
  update(kind: RecordKind, id: string, decide: (current: unknown) => Next): Promise<unknown>;
  /** All of a kind, in no order. */
  list(kind: RecordKind): Promise<{ id: string; value: unknown }[]>;
  close(): Promise<void>;
}

/**
 * Whoever writes a record also looks at so many others of its kind, and takes those away that have expired. So the store
 * stays about as large as what is in it, with nobody to clean up: about one in so many is an expired one.
 */
export const SWEPT_AT_A_WRITE = 10;
