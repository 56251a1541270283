import fc from 'fast-check';
import { expect, it } from 'vitest';
import { typedNameSchema, withoutUnseen } from './names.ts';

it('a name is what a person would type, in any script, without the space around it', () => {
  for (const text of ['Ann', 'Ann O’Brien', '統計', 'می‌خواهم', '👩‍💻 desk', 'a'.repeat(200)]) {
    expect(typedNameSchema.parse(` ${text}\t`)).toBe(text);
  }
  expect(typedNameSchema.parse('Zoe\u0308')).toBe('Zoë');
});

it('a name that is empty, too long, or not all to be seen is refused', () => {
  const hidden = ['\u0000', '\u001b[2J', '\n', '\u0085', '\u200b', '\u202e', '\u2066', '\u2028', '\ufeff', '\u{e0041}'];
  for (const text of hidden) expect(typedNameSchema.safeParse(`a${text}b`).success, JSON.stringify(text)).toBe(false);
  for (const text of ['', ' ', '\u3000', 'a'.repeat(201), '\ud800', 7, null]) {
    expect(typedNameSchema.safeParse(text).success).toBe(false);
  }
});

it('what is made fit to be shown is, whatever it was', () => {
  expect(withoutUnseen('a\u001b[31mb', '?')).toBe('a?[31mb');
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
      const shown = `a${withoutUnseen(text)}`.slice(0, 200);
      expect(typedNameSchema.safeParse(shown).success).toBe(true);
    }),
  );
});
