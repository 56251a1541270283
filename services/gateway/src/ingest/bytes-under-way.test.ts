import { expect, test } from 'vitest';
import { createBytesUnderWay } from './bytes-under-way.ts';

test('refuses what is too much together, and takes it again when others are done', () => {
  const bytes = createBytesUnderWay(100);
  const [one, two] = [bytes.begin(), bytes.begin()];
  one.add(60);
  expect(() => two.add(41)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  two.end();
  one.add(40);
  one.end();
  one.end();
  const three = bytes.begin();
  three.add(100);
  expect(() => three.add(1)).toThrow();
});
