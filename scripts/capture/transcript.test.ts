import { expect, it } from 'vitest';
import { changeTranscript } from './transcript.ts';

const change = (entry: unknown) => ({ was: entry });

it('changes line by line, and knows where each offset went', () => {
  const original = Buffer.from('{"a":1}\n{"b":"ü"}\n');
  const { bytes, offset } = changeTranscript(original, change);
  expect(bytes.toString()).toBe('{"was":{"a":1}}\n{"was":{"b":"ü"}}\n');
  expect([0, 8, original.length].map(offset)).toEqual([0, 16, bytes.length]);
  // Half a line stays half a line.
  expect(offset(10)).toBe(18);
  expect(offset(7)).toBe(7);
  expect(offset(original.length - 1)).toBeLessThan(bytes.length);
});

it('keeps a last line that was never finished unfinished', () => {
  const { bytes } = changeTranscript(Buffer.from('{"a":1}\n{"b":'), change);
  expect(bytes.toString()).toBe('{"was":{"a":1}}\nxxxxx');
});

it('refuses what is no transcript', () => {
  expect(() => changeTranscript(Buffer.from('{"a":1}\nnonsense\n'), change)).toThrow('line 2');
});
