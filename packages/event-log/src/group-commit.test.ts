import { describe, expect, it } from 'vitest';
import { createGroupCommit } from './group-commit.ts';

/** A store whose steps end when they are told to. */
const store = () => {
  const steps: { items: readonly string[]; end(error?: Error): void }[] = [];
  const commit = (items: readonly string[]): Promise<void> =>
    new Promise((resolve, reject) => {
      steps.push({ items, end: (error) => (error ? reject(error) : resolve()) });
    });
  return { steps, commit };
};

const turnsEnd = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a group commit', () => {
  it('begins at the end of the turn, and takes together what comes until then', async () => {
    const { steps, commit } = store();
    const append = createGroupCommit(commit, 10);
    const all = [append(['a']), append(['b', 'c'])];
    await turnsEnd();
    expect(steps.map(({ items }) => items)).toEqual([['a', 'b', 'c']]);
    steps[0]?.end();
    await Promise.all(all);
  });

  it('takes together what comes while a step is under way, in its order', async () => {
    const { steps, commit } = store();
    const append = createGroupCommit(commit, 10);
    const first = append(['a']);
    await turnsEnd();
    const rest = [append(['b', 'c']), append(['d'])];
    expect(steps.map(({ items }) => items)).toEqual([['a']]);
    steps[0]?.end();
    await first;
    expect(steps.map(({ items }) => items)).toEqual([['a'], ['b', 'c', 'd']]);
    steps[1]?.end();
    await Promise.all(rest);
  });

  it('fills a step no further than it may be, and never splits a call', async () => {
    const { steps, commit } = store();
    const append = createGroupCommit(commit, 3);
    const all = [append(['a']), append(['b', 'c', 'd']), append(['e', 'f']), append(['g', 'h', 'i', 'j'])];
    await turnsEnd();
    for (let step = 0; step < 4; step++) {
      steps[step]?.end();
      await all[step];
    }
    expect(steps.map(({ items }) => items.join(''))).toEqual(['a', 'bcd', 'ef', 'ghij']);
  });

  it('fails for all who waited, and works for who comes later', async () => {
    const { steps, commit } = store();
    const append = createGroupCommit(commit, 1);
    const all = [append(['a']), append(['b']), append(['c'])];
    await turnsEnd();
    steps[0]?.end(new Error('away'));
    expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    const later = append(['d']);
    await turnsEnd();
    steps[1]?.end();
    await later;
    expect(steps.map(({ items }) => items)).toEqual([['a'], ['d']]);
  });
});
