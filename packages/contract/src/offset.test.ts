import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareOffsets,
  formatBoardOffset,
  isBoardPositionCovered,
  isOffset,
  parseBoardOffset,
  START_OFFSET,
} from './offset.ts';

const part = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 1 });
const offset = fc.tuple(part, part).map(([major, minor]) => `${major}-${minor}`);

describe('offsets', () => {
  it('are ordered as numbers, not as text', () => {
    expect(compareOffsets('1-10', '1-9')).toBeGreaterThan(0);
    expect(compareOffsets('2-0', '10-0')).toBeLessThan(0);
    expect(compareOffsets('1-1', '1-1')).toBe(0);
  });

  it('are totally ordered, with the start before or at all others', () => {
    fc.assert(
      fc.property(offset, offset, (a, b) => {
        expect(Math.sign(compareOffsets(a, b))).toBe(-Math.sign(compareOffsets(b, a)) + 0);
        expect(compareOffsets(START_OFFSET, a)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it.each(['', '1', '1-', '-1', 'a-b', '1-2-3', '1-2 ', '99999999999999999-0'])('%o is none', (text) => {
    expect(isOffset(text)).toBe(false);
  });
});

describe('board offsets', () => {
  it('come back as they went, safe in a URL', () => {
    fc.assert(
      fc.property(fc.array(offset, { minLength: 1, maxLength: 8 }), (partitions) => {
        const text = formatBoardOffset({ epoch: 'k3x9', partitions });
        expect(encodeURIComponent(text)).toBe(text);
        expect(parseBoardOffset(text)).toEqual({ epoch: 'k3x9', partitions });
      }),
    );
  });

  it.each(['', 'k3x9', '.1-0', 'k3x9.', 'k3x9.1-0.x', '1-0'])('%o is none', (text) => {
    expect(parseBoardOffset(text)).toBeUndefined();
  });

  it('cover another only in the same epoch and in every partition', () => {
    const at = (epoch: string, ...partitions: string[]) => ({ epoch, partitions });
    expect(isBoardPositionCovered(at('a', '1-0', '2-0'), at('a', '1-0', '3-0'))).toBe(true);
    expect(isBoardPositionCovered(at('a', '1-0', '4-0'), at('a', '9-0', '3-0'))).toBe(false);
    expect(isBoardPositionCovered(at('a', '1-0'), at('b', '1-0'))).toBe(false);
    expect(isBoardPositionCovered(at('a', '1-0'), at('a', '1-0', '1-0'))).toBe(false);
  });
});
