import { expect, test } from 'vitest';
import { initialsOf } from './initials.ts';

test.each([
  ['Lena Berg', 'LB'],
  ['lena.berg@acme.io', 'LB'],
  ['Ana Maria de Souza', 'AS'],
  ['dev', 'DE'],
  ['x', 'X'],
  ['ציפי כהן', 'צכ'],
  ['🦊 fox', '🦊F'],
  ['@', '@'],
])('shortens %s to %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});
