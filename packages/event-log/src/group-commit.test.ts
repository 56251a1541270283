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

describe('a group commit', () => {
  it('begins at once, and takes together what comes meanwhile, in its order', async () => {
    const { steps, commit } = store();
    const append = createGroupCommit(commit, 10);
    const first = append(['a']);
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
    const all = [append(['a']), append(['b', 'c']), append(['d', 'e']), append(['f', 'g', 'h', 'i'])];
    for (let step = 0; step < 4; step++) {
      steps[step]?.end();
      await all[step];
    }
    expect(steps.map(({ items }) => items.join(''))).toEqual(['a', 'bc', 'de', 'fghi']);
  });

  it('fails for all who waited, and works for who comes later', async () => {
    const { steps, commit } = store();
    const append = createGroupCommit(commit, 1);
    const all = [append(['a']), append(['b']), append(['c'])];
    steps[0]?.end(new Error('away'));
    expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    const later = append(['d']);
    steps[1]?.end();
    await later;
    expect(steps.map(({ items }) => items)).toEqual([['a'], ['d']]);
  });
});
