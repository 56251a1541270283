import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStringShortener, shortenStrings } from './shorten.ts';

const KEPT_BYTES = 4096;

const inPieces = (line: Buffer, size: number): Buffer | undefined => {
  const shortener = createStringShortener(KEPT_BYTES);
  for (let at = 0; at < line.length; at += size) shortener.push(line.subarray(at, at + size));
  return shortener.end();
};

const parse = (bytes: Buffer | undefined): unknown => JSON.parse(bytes?.toString() ?? 'undefined');

describe('a string shortener', () => {
  it('leaves JSON with short strings as it is, however it is cut into pieces', () => {
    fc.assert(
      fc.property(fc.json(), fc.integer({ min: 1, max: 30 }), (json, size) => {
        expect(inPieces(Buffer.from(json), size)?.toString()).toBe(json);
      }),
    );
  });

  it('keeps the beginning of long strings and everything around them', () => {
    const nasty = fc.string({
      unit: fc.constantFrom('\\', '"', 'a', 'ü', '\n', '\u0001', '😀', '{', '}'),
      minLength: 3000,
    });
    fc.assert(
      fc.property(nasty, nasty, fc.integer({ min: 1, max: 5000 }), (first, second, size) => {
        const line = Buffer.from(JSON.stringify({ a: first, b: [second], c: 7 }));
        const read = parse(inPieces(line, size)) as { a: string; b: [string]; c: number };
        expect(read.c).toBe(7);
        for (const [cut, whole] of [
          [read.a, first],
          [read.b[0], second],
        ] as const) {
          const clean = cut.replace(/\uFFFD+$/, '');
          expect(whole.startsWith(clean)).toBe(true);
          if (Buffer.byteLength(JSON.stringify(whole)) <= KEPT_BYTES) expect(cut).toBe(whole);
          else expect(clean.length).toBeGreaterThan(500);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('cuts no escape in two', () => {
    for (let pad = KEPT_BYTES - 14; pad <= KEPT_BYTES; pad++) {
      const text = `${'a'.repeat(pad)}\u0001\\"${'b'.repeat(50)}`;
      const read = parse(shortenStrings(Buffer.from(JSON.stringify({ text, after: true })), KEPT_BYTES)) as {
        after: boolean;
      };
      expect(read.after).toBe(true);
    }
  });

  it('makes a long line small', () => {
    const line = Buffer.from(JSON.stringify({ image: 'x'.repeat(20_000_000), is_error: true }));
    const short = shortenStrings(line, KEPT_BYTES);
    expect(short?.length).toBeLessThan(KEPT_BYTES + 100);
    expect(parse(short)).toMatchObject({ is_error: true });
  });

  it('gives up on a line whose short strings alone are too long', () => {
    const line = Buffer.from(
      JSON.stringify(Array.from({ length: 100_000 }, (_, index) => `${index} ${'x'.repeat(30)}`)),
    );
    expect(shortenStrings(line)).toBeUndefined();
  });

  it('hands a torn line on as it is', () => {
    expect(shortenStrings(Buffer.from('{"a":"b\\'))?.toString()).toBe('{"a":"b\\');
  });
});
