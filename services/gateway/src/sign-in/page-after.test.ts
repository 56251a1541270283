import { expect, test } from 'vitest';
import { pageAfter } from './page-after.ts';

test.each(['/', '/session/a', '/repo/acme?status=working#top'])('comes back to %s', (page) => {
  expect(pageAfter(page)).toBe(page);
});

test.each([
  undefined,
  '',
  'session',
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/..//evil.example',
  '/x/..\\..\\/evil.example',
  'javascript:alert(1)',
  '/api/sign-in/github',
  `/${'x'.repeat(2000)}`,
])('comes back to the front page, not to %s', (page) => {
  expect(pageAfter(page)).toBe('/');
});
