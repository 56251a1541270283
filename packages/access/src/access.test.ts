import { expect, it } from 'vitest';
import { openAccess } from '../test/access-under-test.ts';

it('a board has one salt, whoever asks first', async () => {
  const { access, records } = await openAccess();
  const salts = await Promise.all(Array.from({ length: 5 }, () => access.repositorySalt()));
  expect(new Set(salts).size).toBe(1);
  expect(salts[0]).toMatch(/^[\w-]{43}$/);
  await records.update('board', 'salt', () => ({ value: 'damaged' }));
  const renewed = await access.repositorySalt();
  expect(renewed).toMatch(/^[\w-]{43}$/);
  expect(await access.repositorySalt()).toBe(renewed);
});
