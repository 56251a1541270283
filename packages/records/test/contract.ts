import { randomUUID } from 'node:crypto';
import { T0 } from '@crewboard/contract/testing';
import { LogUnavailable } from '@crewboard/event-log';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RECORD_KINDS, type RecordKind, type Records } from '../src/records.ts';

/** A backend, with a way past it to what it has stored. */
export interface Backend {
  /** Opens the records of a place; the same place holds the same records, and may be open more than once. */
  open(place: string, now: () => number): Promise<Records>;
  /** Writes any text where a record stands. */
  damage(place: string, kind: RecordKind, id: string, text: string): Promise<void>;
  /** How many records of a kind take up room, expired ones too. */
  count(place: string, kind: RecordKind): Promise<number>;
}

const HOUR_MS = 3_600_000;

/** What every backend of the records must keep. */
export const recordsContract = (name: string, backend: Backend): void => {
  describe(`the ${name} records`, () => {
    let place: string;
    let clock: number;
    let records: Records;
    const opened: Records[] = [];

    const open = async (): Promise<Records> => {
      const another = await backend.open(place, () => clock);
      opened.push(another);
      return another;
    };
    const put = (id: string, value: unknown, ttlMs?: number) =>
      records.update('claim', id, () => (ttlMs === undefined ? { value } : { value, ttlMs }));
    const idsOf = async (kind: RecordKind): Promise<string[]> => (await records.list(kind)).map(({ id }) => id).sort();

    beforeEach(async () => {
      place = `test-${randomUUID()}`;
      clock = T0;
      records = await open();
    });
    afterEach(async () => {
      for (const each of opened.splice(0)) await each.close();
    });

    it('has nothing at first', async () => {
      for (const kind of RECORD_KINDS) {
        expect(await records.get(kind, 'a')).toBeUndefined();
        expect(await records.list(kind)).toEqual([]);
      }
    });

    it('puts, replaces, keeps and removes, and tells what was there before', async () => {
      expect(await put('a', { n: 1 })).toBeUndefined();
      expect(await put('a', [2, null, 'ü'])).toEqual({ n: 1 });
      expect(await records.update('claim', 'a', () => 'keep')).toEqual([2, null, 'ü']);
      expect(await records.get('claim', 'a')).toEqual([2, null, 'ü']);
      expect(await records.update('claim', 'a', () => 'remove')).toEqual([2, null, 'ü']);
      expect(await records.update('claim', 'a', () => 'remove')).toBeUndefined();
      expect(await records.get('claim', 'a')).toBeUndefined();
    });

    it('decides by what is there', async () => {
      const more = (current: unknown) => ({ value: Number(current ?? 0) + 1 });
      for (let n = 0; n < 3; n++) await records.update('board', 'n', more);
      expect(await records.get('board', 'n')).toBe(3);
    });

    it('holds each kind apart, and lists one at a time', async () => {
      await put('a', 1);
      await records.update('viewer', 'a', () => ({ value: 2 }));
      await put('b', 3);
      expect(await idsOf('claim')).toEqual(['a', 'b']);
      expect(await records.list('viewer')).toEqual([{ id: 'a', value: 2 }]);
    });

    it('takes ids of any 200 units, each for itself', async () => {
      const ids = [
        'x'.repeat(200),
        `${'x'.repeat(199)}y`,
        '統'.repeat(200),
        '😀'.repeat(100),
        '\u0000'.repeat(200),
        ' ',
      ];
      ids.push('\u0001', 'a\u0000b', 'a:b', '{a}', '__proto__', 'constructor', 'a\'"\\b');
      for (const id of ids) await put(id, id);
      for (const id of ids) expect(await records.get('claim', id)).toBe(id);
      expect(await idsOf('claim')).toEqual([...ids].sort());
    });

    it('lets a record expire at its time, and not before', async () => {
      await put('a', 1, HOUR_MS);
      clock += HOUR_MS - 1;
      expect(await records.get('claim', 'a')).toBe(1);
      clock += 1;
      expect(await records.get('claim', 'a')).toBeUndefined();
      expect(await records.list('claim')).toEqual([]);
      expect(await put('a', 2)).toBeUndefined();
      clock += 1000 * HOUR_MS;
      expect(await records.get('claim', 'a')).toBe(2);
    });

    it('takes up little more room than what has not expired', async () => {
      await put('stays', 1);
      for (let n = 0; n < 300; n++) {
        await put(randomUUID(), n, HOUR_MS);
        clock += HOUR_MS / 20;
      }
      expect((await records.list('claim')).length).toBe(20);
      expect(await backend.count(place, 'claim')).toBeLessThan(100);
      expect(await records.get('claim', 'stays')).toBe(1);
    });

    it('takes what is damaged for absent, and writes over it', async () => {
      const texts = ['', '{', 'null', '[]', '"a"', '{"value":1}', '{"value":1,"expiresAt":"soon"}', '\u0000', '7'];
      for (const [n, text] of texts.entries()) await backend.damage(place, 'claim', `damaged ${n}`, text);
      await put('sound', 1);
      expect(await records.list('claim')).toEqual([{ id: 'sound', value: 1 }]);
      for (const n of texts.keys()) {
        expect(await records.get('claim', `damaged ${n}`)).toBeUndefined();
        expect(await put(`damaged ${n}`, n)).toBeUndefined();
        expect(await records.get('claim', `damaged ${n}`)).toBe(n);
      }
    });

    it('sees at once what another that has it open wrote', async () => {
      const other = await open();
      for (let round = 0; round < 10; round++) {
        await put('a', round);
        expect(await other.get('claim', 'a')).toBe(round);
        await other.update('claim', 'b', () => ({ value: round }));
        expect(await records.list('claim')).toContainEqual({ id: 'b', value: round });
        await other.update('claim', 'a', () => 'remove');
        expect(await records.get('claim', 'a')).toBeUndefined();
      }
    });

    it('gives a record that many take at the same time to one of them', async () => {
      const all = [records, await open(), await open()];
      for (let round = 0; round < 10; round++) {
        await put('a', round);
        const taken = await Promise.all(
          all.flatMap((each) => [1, 2, 3].map(() => each.update('claim', 'a', () => 'remove'))),
        );
        expect(taken.filter((value) => value !== undefined)).toEqual([round]);
      }
    });

    it('loses no change of many at the same time', async () => {
      const all = [records, await open(), await open()];
      const more = (current: unknown) => ({ value: Number(current ?? 0) + 1 });
      await Promise.all(all.flatMap((each) => Array.from({ length: 20 }, () => each.update('board', 'n', more))));
      expect(await records.get('board', 'n')).toBe(60);
    });

    it('has all that it had when it is opened again', async () => {
      await put('a', 1);
      await put('b', 2, HOUR_MS);
      await records.close();
      records = await open();
      expect(await idsOf('claim')).toEqual(['a', 'b']);
      clock += HOUR_MS;
      expect(await idsOf('claim')).toEqual(['a']);
    });

    it('is what a map with times would be, whatever is done in which order', async () => {
      const id = fc.constantFrom('a', 'b', '\u0000', '統');
      const step = fc.oneof(
        fc.record({ do: fc.constant('put' as const), id, value: fc.jsonValue(), ttlMs: fc.option(fc.nat(20)) }),
        fc.record({ do: fc.constant('remove' as const), id }),
        fc.record({ do: fc.constant('wait' as const), ms: fc.nat(20) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
          const model = new Map<string, { json: string; until: number }>();
          for (const each of ['a', 'b', '\u0000', '統']) await records.update('name', each, () => 'remove');
          for (const taken of steps) {
            if (taken.do === 'wait') clock += taken.ms;
            else if (taken.do === 'remove') {
              await records.update('name', taken.id, () => 'remove');
              model.delete(taken.id);
            } else {
              const { value, ttlMs } = taken;
              await records.update('name', taken.id, () => (ttlMs === null ? { value } : { value, ttlMs }));
              model.set(taken.id, { json: JSON.stringify(value), until: ttlMs === null ? Infinity : clock + ttlMs });
            }
            const expected = [...model].filter(([, { until }]) => until > clock).map(([key, { json }]) => [key, json]);
            const found = (await records.list('name')).map(({ id: key, value }) => [key, JSON.stringify(value)]);
            expect(found.sort()).toEqual(expected.sort());
          }
        }),
        { numRuns: 25 },
      );
    });

    it('refuses everything once it is closed, and may be closed twice', async () => {
      await Promise.all([records.close(), records.close()]);
      await records.close();
      await expect(records.get('claim', 'a')).rejects.toThrow(LogUnavailable);
      await expect(put('a', 1)).rejects.toThrow(LogUnavailable);
      await expect(records.list('claim')).rejects.toThrow(/closed/);
    });
  });
};
