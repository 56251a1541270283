import { expect, test } from 'vitest';
import { hueOf, initialsOf } from './initials.ts';

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

test('gives a name the same hue every time', () => {
  expect(hueOf('Lena Berg')).toBe(hueOf('Lena Berg'));
  expect(hueOf('')).toBeGreaterThanOrEqual(0);
});

test('tells the people of a small team apart', () => {
  const team = ['Lena Berg', 'Mika Korhonen', 'Jonas Sá', 'Amira Rahman', 'Tove Nyström'];
  expect(new Set(team.map(hueOf)).size).toBe(team.length);
});
