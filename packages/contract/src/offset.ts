/**
 * The position of an entry in one partition of the log: `"<major>-<minor>"`, both decimal.
 * Opaque to everyone but a backend; order only with {@link compareOffsets} (as text, `1-10` sorts before `1-9`).
 */
export type Offset = string;

/** Before the first entry of every partition. `after: START_OFFSET` reads from the beginning. */
export const START_OFFSET: Offset = '0-0';

const OFFSET = /^(\d{1,16})-(\d{1,16})$/;

/** Tells whether a text has the form of an offset. Says nothing of whether such an entry exists. */
export const isOffset = (text: string): text is Offset => OFFSET.test(text);

/** Negative when `a` is before `b`, 0 when they are the same position, positive when `a` is after `b`. */
export const compareOffsets = (a: Offset, b: Offset): number => {
  if (a === b) return 0;
  const [aMajor = 0, aMinor = 0] = a.split('-').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('-').map(Number);
  return aMajor - bMajor || aMinor - bMinor;
};

/**
 * A position in the whole board changelog: one offset for each partition, and the epoch of the board they belong to.
 * A board that was rebuilt from the log begins a new epoch, so an offset of the old one is unknown to it.
 */
export interface BoardPosition {
  epoch: string;
  partitions: readonly Offset[];
}

/** One opaque, URL-safe text for clients. */
export const formatBoardOffset = ({ epoch, partitions }: BoardPosition): string => [epoch, ...partitions].join('.');

/** The position in a text from a client, or `undefined` where it is none. */
export const parseBoardOffset = (text: string): BoardPosition | undefined => {
  const [epoch, ...partitions] = text.split('.');
  if (!epoch || partitions.length === 0 || !partitions.every(isOffset)) return undefined;
  return { epoch, partitions };
};

/** True when `a` is at or before `b` in every partition: what `a` has seen, `b` has seen too. */
export const isBoardPositionCovered = (a: BoardPosition, b: BoardPosition): boolean =>
  a.epoch === b.epoch &&
  a.partitions.length === b.partitions.length &&
  a.partitions.every((offset, partition) => compareOffsets(offset, b.partitions[partition] ?? START_OFFSET) <= 0);
