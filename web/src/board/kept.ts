import { COLUMNS, type Lane } from './grouping.ts';

// Most of a board is as it was a frame ago. What is the same stays the same object, so that nothing that depends on it runs again.

const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);

/** The first where both have the same members. */
export const keptSet = <Item>(before: ReadonlySet<Item> | undefined, next: ReadonlySet<Item>): ReadonlySet<Item> =>
  before?.size === next.size && [...next].every((item) => before.has(item)) ? before : next;

const keptLane = (before: Lane | undefined, next: Lane): Lane => {
  if (!before) return next;
  const kept = { ...next, columns: { ...next.columns } };
  for (const status of COLUMNS) {
    if (isSameList(before.columns[status], next.columns[status])) kept.columns[status] = before.columns[status];
  }
  const isSame =
    COLUMNS.every((status) => kept.columns[status] === before.columns[status]) &&
    isSameList(before.people, next.people);
  // All other figures follow from the sessions, which are the same then.
  return isSame ? before : kept;
};

/** The lanes as they are next; each lane and each column in which the same sessions stand in the same order is the one of before. */
export const keptLanes = (before: readonly Lane[] | undefined, next: readonly Lane[]): readonly Lane[] => {
  const known = new Map(before?.map((lane) => [`${lane.by} ${lane.key}`, lane]));
  const kept = next.map((lane) => keptLane(known.get(`${lane.by} ${lane.key}`), lane));
  return before && isSameList(before, kept) ? before : kept;
};
