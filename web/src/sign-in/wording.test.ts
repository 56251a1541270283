import { expect, test } from 'vitest';
import { Refused } from '../feed/gateway-client.ts';
import { passwordProblem, providerProblem, waitInWords } from './wording.ts';

test('says what went wrong with a password, and what with the board', () => {
  expect(passwordProblem(new Refused(401, 'Unauthorized'))).toBe('That is not a password of this board.');
  expect(passwordProblem(new Refused(503, 'Nobody can sign in now.'))).toBe('Nobody can sign in now.');
  expect(passwordProblem(new TypeError('fetch failed'))).toContain('can’t be reached');
});

test('counts the seconds down, and then says nothing', () => {
  expect(waitInWords(8_000, 0)).toBe('Too many tries. Wait 8 s.');
  expect(waitInWords(8_000, 7_999)).toBe('Too many tries. Wait 1 s.');
  expect(waitInWords(8_000, 8_000)).toBeNull();
});

test('knows what an address may say of a provider, and nothing else', () => {
  expect(providerProblem('expired')).toContain('Try again.');
  expect(providerProblem('toString')).toBeNull();
  expect(providerProblem(['failed'])).toBeNull();
  expect(providerProblem(undefined)).toBeNull();
});
