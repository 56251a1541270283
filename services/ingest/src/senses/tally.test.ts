import { expect, it } from 'vitest';
import { createTally } from './tally.ts';

it('counts names, masked and short', () => {
  const tally = createTally();
  for (const name of ['a', 'b', 'a', 'token=abcdef123456', 'x'.repeat(900)]) tally.count(name);
  expect([...tally.counts]).toEqual([
    ['a', 2],
    ['b', 1],
    ['token=[masked]', 1],
    ['x'.repeat(200), 1],
  ]);
});

it('does not grow without end', () => {
  const tally = createTally();
  for (let name = 0; name < 1_000; name++) tally.count(`name-${name}`);
  tally.count('name-0');
  expect(tally.counts.size).toBe(50);
  expect(tally.counts.get('name-0')).toBe(2);
});
