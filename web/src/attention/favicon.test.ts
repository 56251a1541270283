import { expect, test } from 'vitest';
import { drawFavicon, FAVICONS, faviconFor } from './favicon.ts';

test('the tab’s picture tells how many need a person, or that nothing is known', () => {
  expect([0, 1, 9, 10, 400].map((count) => faviconFor(count, true))).toEqual(['calm', '1', '9', 'many', 'many']);
  expect(faviconFor(3, false)).toBe('away');
});

test('each picture is of its own form, not of another colour alone', () => {
  const forms = FAVICONS.map((favicon) => drawFavicon(favicon).replace(/#[0-9a-f]{6}/g, ''));
  expect(new Set(forms).size).toBe(FAVICONS.length);
});
