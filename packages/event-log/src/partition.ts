/** FNV-1a, 32 bit, over UTF-16 units: spreads session ids evenly, is the same everywhere and for good. */
const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value ^= text.charCodeAt(index);
    value = Math.imul(value, 0x01000193);
  }
  return value >>> 0;
};

/** The partition, 0 to `partitions` - 1, that holds all events of a session. */
export const partitionOf = (sessionId: string, partitions: number): number => hash(sessionId) % partitions;

/** Items by the partition of their session, each partition's in the order they came. */
export const groupByPartition = <Item extends { sessionId: string }>(
  items: readonly Item[],
  partitions: number,
): Map<number, Item[]> => {
  const groups = new Map<number, Item[]>();
  for (const item of items) {
    const partition = partitionOf(item.sessionId, partitions);
    const group = groups.get(partition);
    if (group) group.push(item);
    else groups.set(partition, [item]);
  }
  return groups;
};
