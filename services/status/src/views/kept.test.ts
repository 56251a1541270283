import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Kept, keptSchema, nothingKept } from './kept.ts';

type Pairs = readonly (readonly [string, number])[];

/** The same, as slow as it is plain. */
const plainWith = (pairs: Pairs, key: string, value: number, most: number): Pairs => {
  const known = pairs.some(([other]) => other === key);
  if (known) return pairs.map((pair) => (pair[0] === key ? [key, value] : pair));
  return [...pairs, [key, value] as const].slice(pairs.length + 1 > most ? 1 : 0);
};

describe('what is kept', () => {
  it('stays in the order in which it came first', () => {
    const kept = nothingKept<number>().with('b', 1).with('10', 2).with('9', 3).with('b', 4);
    expect([...kept]).toEqual([
      ['b', 4],
      ['10', 2],
      ['9', 3],
    ]);
    expect(kept.newest()).toEqual(['9', 3]);
  });

  it('lets the oldest go where there are too many', () => {
    expect([...nothingKept<number>().with('a', 1, 2).with('b', 2, 2).with('c', 3, 2)].join()).toBe('b,2,c,3');
  });

  it('is the same after it was stored', () => {
    const kept = Kept.of([
      ['10', 1],
      ['9', 2],
    ]);
    expect([...keptSchema(z.number()).parse(JSON.parse(JSON.stringify(kept)))]).toEqual([...kept]);
  });

  it('joins another behind itself', () => {
    const both = Kept.of([['a', 1]]).and(
      Kept.of([
        ['b', 2],
        ['a', 3],
      ]),
    );
    expect([...both]).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
  });

  it('never changes, whichever of its successors is read and gone on from, in any order', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', '1', '2');
    const change = fc.record({
      from: fc.nat(),
      key,
      value: fc.nat(),
      isRemoval: fc.boolean(),
      reads: fc.array(fc.nat()),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), fc.integer({ min: 1, max: 4 }), (changes, most) => {
        const made: { kept: Kept<number>; plain: Pairs }[] = [{ kept: nothingKept(), plain: [] }];
        const one = (index: number) => made[index % made.length] ?? { kept: nothingKept<number>(), plain: [] };
        for (const { from, key, value, isRemoval, reads } of changes) {
          const { kept, plain } = one(from);
          made.push(
            isRemoval
              ? { kept: kept.without(key), plain: plain.filter(([other]) => other !== key) }
              : { kept: kept.with(key, value, most), plain: plainWith(plain, key, value, most) },
          );
          for (const index of reads) expect([...one(index).kept]).toEqual(one(index).plain);
        }
        for (const { kept, plain } of made.toReversed()) expect([...kept]).toEqual(plain);
      }),
      { numRuns: 500 },
    );
  });
});
