/** What kinds of records there are. Each is a collection of its own. */
export const RECORD_KINDS = ['board', 'invite', 'machine', 'claim', 'viewer'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

export interface PutOptions {
  /** Gone so long after it was put, in ms; absent: stays until it is removed. */
  ttlMs?: number;
  /** Leaves a record that is there (and not expired) as it is. */
  onlyIfAbsent?: boolean;
}

/**
 * Small records by kind and id, for who may do what. Two backends keep the same promises (`test/contract.ts`): Redis, and
 * LMDB in a folder that several processes may have open at once. Values are JSON, and unknown until parsed.
 * Every call throws `LogUnavailable` where the backend can't be reached.
 */
export interface Records {
  /** `undefined` where there is none, or it has expired. */
  get(kind: RecordKind, id: string): Promise<unknown>;
  /** Resolves with false where `onlyIfAbsent` found one. */
  put(kind: RecordKind, id: string, value: unknown, options?: PutOptions): Promise<boolean>;
  /** Reads and removes in one step: of several who take the same record, one gets it. */
  take(kind: RecordKind, id: string): Promise<unknown>;
  /** Resolves with false where there was none. */
  remove(kind: RecordKind, id: string): Promise<boolean>;
  /** All that have not expired, in no order; forgets those that have. */
  list(kind: RecordKind): Promise<{ id: string; value: unknown }[]>;
  close(): Promise<void>;
}

/** A record as both backends store it, as JSON. */
export interface StoredRecord {
  value: unknown;
  /** Ms since 1970; null for never. */
  expiresAt: number | null;
}

/** The record in a stored text; `undefined` for a text that is none, or one that has expired at `now`. */
export const readStored = (text: string | null | undefined, now: number): StoredRecord | undefined => {
  if (text === null || text === undefined) return undefined;
  const stored = JSON.parse(text) as StoredRecord;
  return stored.expiresAt !== null && stored.expiresAt <= now ? undefined : stored;
};

export const toStored = (value: unknown, { ttlMs }: PutOptions, now: number): string =>
  JSON.stringify({ value, expiresAt: ttlMs === undefined ? null : now + ttlMs } satisfies StoredRecord);
