import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { BOARD_VERSION, type Offset, START_OFFSET } from '@crewboard/contract';
import { type Database, open, type RootDatabase } from 'lmdb';
import { type Histories, openHistories } from './embedded-history.ts';
import { claimFolder } from './embedded-lock.ts';
import { openSequence, type Sequence } from './sequence.ts';
import { isAsClosed, isSound, noteClosed, StoreDamaged } from './store-check.ts';

/** One partition's part of the store. */
export interface PartitionStore {
  events: Sequence;
  changes: Sequence;
  rows: Database<string, Uint8Array>;
  /** Changes of status and stories, see `history-ring.ts`. */
  rings: Histories;
  /** The last of each kind that the enricher said of a session. */
  enrichments: Database<string, Uint8Array>;
}

/** The LMDB environment of an embedded log, and the names of all that is in it. */
export interface EmbeddedStore {
  root: RootDatabase<string, string>;
  partitions: readonly PartitionStore[];
  deadLetters: Sequence;
  /** `[group, partition]`: the last change that was handed out. */
  delivered: Database<string, [string, number]>;
  /** `[group, partition, key of the change]`: who was handed it, and is yet to acknowledge it. */
  pending: Database<string, [string, number, Offset]>;
  machines: Database<string, Uint8Array>;
  epoch(): string;
  checkpoint(partition: number): Offset;
  /** In a transaction. */
  setCheckpoint(partition: number, checkpoint: Offset): void;
  /** The number of the last write of one kind. */
  written(kind: string): number;
  /** In a transaction. Throws when the write before this one is not there. */
  countWrite(kind: string, number: number): void;
  fence(partition: number): number;
  /** In a transaction. */
  raiseFence(partition: number): number;
  /** In a transaction. */
  clearBoard(): void;
}

const newEpoch = (): string => randomBytes(6).toString('hex');

/** A folder keeps the number of partitions that it was made with: with another one, a session's events would be split. */
const checkPartitions = (meta: Database<string, string>, partitions: number, dir: string): void => {
  const stored = meta.get('partitions');
  if (stored === undefined) meta.putSync('partitions', String(partitions));
  else if (stored !== String(partitions)) {
    throw new Error(`the log in ${dir} has ${stored} partitions and can't be opened with ${partitions}`);
  }
};

const openPartition = (
  root: RootDatabase<string, string>,
  meta: Database<string, string>,
  partition: number,
): PartitionStore => ({
  events: openSequence(root, meta, `events/${partition}`),
  changes: openSequence(root, meta, `board/${partition}`),
  rows: root.openDB<string, Uint8Array>({ name: `rows/${partition}`, encoding: 'string', keyEncoding: 'binary' }),
  rings: openHistories(root, `history/${partition}`),
  enrichments: root.openDB<string, Uint8Array>({
    name: `enrichment/${partition}`,
    encoding: 'string',
    keyEncoding: 'binary',
  }),
});

/** In a transaction: each database that is new would else be one, and wait for the disk. */
const build = (
  root: RootDatabase<string, string>,
  meta: Database<string, string>,
  dir: string,
  count: number,
): EmbeddedStore => {
  checkPartitions(meta, count, dir);
  const partitions = Array.from({ length: count }, (_, partition) => openPartition(root, meta, partition));
  const written = (kind: string): number => Number(meta.get(`written/${kind}`) ?? 0);
  const fence = (partition: number): number => Number(meta.get(`fence/${partition}`) ?? 0);

  const store: EmbeddedStore = {
    root,
    partitions,
    deadLetters: openSequence(root, meta, 'dead-letters'),
    delivered: root.openDB<string, [string, number]>({ name: 'delivered', encoding: 'string' }),
    pending: root.openDB<string, [string, number, Offset]>({ name: 'pending', encoding: 'string' }),
    machines: root.openDB<string, Uint8Array>({ name: 'machines', encoding: 'string', keyEncoding: 'binary' }),
    epoch: () => meta.get('epoch') ?? '',
    checkpoint: (partition) => meta.get(`checkpoint/${partition}`) ?? START_OFFSET,
    setCheckpoint: (partition, checkpoint) => {
      meta.putSync(`checkpoint/${partition}`, checkpoint);
    },
    written,
    countWrite: (kind, number) => {
      if (written(kind) !== number - 1) throw new Error('what was to be written before this came to nothing');
      meta.putSync(`written/${kind}`, String(number));
    },
    fence,
    raiseFence: (partition) => {
      const raised = fence(partition) + 1;
      meta.putSync(`fence/${partition}`, String(raised));
      return raised;
    },
    clearBoard: () => {
      for (const [partition, { changes, rows, rings }] of partitions.entries()) {
        changes.clear();
        for (const key of Array.from(rows.getKeys({}))) rows.removeSync(key);
        rings.clear();
        meta.removeSync(`checkpoint/${partition}`);
        store.raiseFence(partition);
      }
      meta.putSync('epoch', newEpoch());
      meta.putSync('board-version', String(BOARD_VERSION));
    },
  };
  if (meta.get('board-version') !== String(BOARD_VERSION)) store.clearBoard();
  return store;
};

/**
 * Opens or makes the store in a folder of its own. Throws `LogInUse` where another process has it. Where the one before was ended with the
 * store open, or its file is not what was closed, it is looked at first, and the stores `beside` it. `StoreDamaged` says what came of it.
 */
export const openStore = async (
  dir: string,
  partitions: number,
  beside: readonly string[],
): Promise<{ store: EmbeddedStore; close: () => Promise<void> }> => {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { wasLeft, leave } = claimFolder(dir);
  // The claim stays then: whoever comes next looks again.
  if (!wasLeft || !isAsClosed(dir))
    for (const each of [dir, ...beside]) if (!(await isSound(each))) throw new StoreDamaged(each);
  let root: RootDatabase<string, string> | undefined;
  const close = async (): Promise<void> => {
    await root?.close();
    if (root) noteClosed(dir);
    leave();
  };
  try {
    root = open<string, string>({ path: dir, noSubdir: false, encoding: 'string', maxDbs: 8 + partitions * 5 });
    const opened = root;
    const store = opened.transactionSync(() => {
      const meta = opened.openDB<string, string>({ name: 'meta', encoding: 'string' });
      return build(opened, meta, dir, partitions);
    });
    return { store, close };
  } catch (error) {
    await close();
    throw error;
  }
};
