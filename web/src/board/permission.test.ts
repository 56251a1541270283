import { expect, test } from 'vitest';
import { permissionInWords, permissionOf } from './permission.ts';

test('shows the modes that make a difference, and the one where nobody is asked as such', () => {
  const word = (permissionMode: string | null, ended = false) => permissionOf({ permissionMode, ended })?.word;
  expect(word('plan')).toBe('plan mode');
  expect(word('acceptEdits')).toBe('accepts edits');
  expect(permissionOf({ permissionMode: 'bypassPermissions', ended: false })).toMatchObject({
    word: 'bypasses permissions',
    icon: 'warning',
    isUnguarded: true,
  });
  expect([word('default'), word(null), word('hologram'), word('constructor'), word('plan', true)]).toEqual(
    Array(5).fill(undefined),
  );
});

test('says what a mode means, and an unknown one as it is', () => {
  expect(permissionInWords('plan')).toBe('plan: plans only');
  expect(permissionInWords('hologram')).toBe('hologram');
});
