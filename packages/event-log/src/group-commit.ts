interface Waiting<Item> {
  items: readonly Item[];
  done(): void;
  failed(error: unknown): void;
}

const turnsEnd = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Hands on what many callers give in few steps: what comes while a step is under way waits for the next, and goes with all that came
 * meanwhile. A caller that comes when nothing is under way waits for this turn of the event loop alone: requests are read several in a turn. In the order of the calls; a call's items stay together. Where a
 * step fails, it fails for all of its callers, and for those that wait: they would be told the same, later.
 * @param most a step is full with so many items; a single call may have more
 */
export const createGroupCommit = <Item>(commit: (items: readonly Item[]) => Promise<void>, most: number) => {
  const waiting: Waiting<Item>[] = [];
  let isUnderWay = false;

  const takeGroup = (): Waiting<Item>[] => {
    let count = 0;
    let taken = 0;
    for (const { items } of waiting) {
      if (taken > 0 && count + items.length > most) break;
      count += items.length;
      taken += 1;
    }
    return waiting.splice(0, taken);
  };

  const work = async (): Promise<void> => {
    isUnderWay = true;
    await turnsEnd();
    for (let group = takeGroup(); group.length > 0; group = takeGroup()) {
      try {
        await commit(group.flatMap(({ items }) => items));
        for (const { done } of group) done();
      } catch (error) {
        for (const { failed } of [...group, ...waiting.splice(0)]) failed(error);
      }
    }
    isUnderWay = false;
  };

  return (items: readonly Item[]): Promise<void> =>
    new Promise((done, failed) => {
      waiting.push({ items, done, failed });
      if (!isUnderWay) void work();
    });
};
