import { expect, it } from 'vitest';
import { createKeys } from './keys.ts';

it('keeps all keys of a partition in one slot of a cluster, and those of others apart', () => {
  const { events, board, rows, checkpoint, history, lease, fence, check } = createKeys('team');
  const own = [events, board, rows, checkpoint, history, lease, fence, check].map((key) => key(3));
  expect(new Set(own).size).toBe(8);
  for (const key of own) expect(key).toMatch(/^team:[^{}]+:\{3\}$/);
});

it('refuses a prefix that would move the hash tag', () => {
  expect(() => createKeys('{team}')).toThrow(RangeError);
  expect(() => createKeys('')).toThrow(RangeError);
});
