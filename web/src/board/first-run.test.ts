import { expect, test } from 'vitest';
import { hooksOf, tierOf } from './first-run.ts';

test('says how it stands with the hooks of a person’s own machines', () => {
  const mine = { owner: 'Mara', hooks: 'no' } as const;
  const other = { owner: 'Jonas', hooks: 'yes' } as const;
  expect(hooksOf([other], 'Mara')).toBeNull();
  expect(hooksOf([mine, other], 'Mara')).toBe('missing');
  expect(hooksOf([mine, other], null)).toBe('in');
  expect(hooksOf([{ owner: null, hooks: 'disabled' }], null)).toBe('off');
});

test('says the most that any machine sends', () => {
  expect(tierOf([])).toBe('summary');
  expect(tierOf([{ tier: 'status' }])).toBe('status');
  expect(tierOf([{ tier: 'status' }, { tier: 'full' }])).toBe('full');
});
