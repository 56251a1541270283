import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_FILTER, VALUES } from './filter.ts';
import { GROUPINGS } from './grouping.ts';
import { isSameView, readView, writeView } from './view-query.ts';

const FRESH = { grouping: 'repository', filter: NO_FILTER, helperRuns: false, query: '' } as const;

test('a fresh board has a bare address', () => {
  expect(writeView(FRESH)).toEqual({});
  expect(readView({})).toEqual(FRESH);
});

test('grouping, filters and search stand in the address by short names', () => {
  const filter = {
    ...NO_FILTER,
    only: ['needs', 'mine'],
    status: ['waiting_for_approval'],
    pull: ['red'],
    person: ['Lena Berg', 'Mika'],
    repository: ['acme/widgets'],
  };
  expect(writeView({ grouping: 'person', filter, helperRuns: true, query: 'tail' })).toEqual({
    by: 'person',
    only: ['needs', 'mine'],
    status: 'approval',
    pr: 'red',
    person: ['Lena Berg', 'Mika'],
    repo: 'acme/widgets',
    helpers: 'shown',
    q: 'tail',
  });
});

test('what is written is read again, whatever people and machines are called', () => {
  const name = fc.string({ minLength: 1, maxLength: 40 });
  const names = fc.uniqueArray(name, { maxLength: 5 });
  const views = fc.record({
    grouping: fc.constantFrom(...GROUPINGS),
    filter: fc.record({
      only: fc.uniqueArray(fc.constantFrom(...VALUES.only)),
      status: fc.uniqueArray(fc.constantFrom(...VALUES.status)),
      pull: fc.uniqueArray(fc.constantFrom(...VALUES.pull)),
      person: names,
      repository: names,
      machine: names,
    }),
    helperRuns: fc.boolean(),
    query: name.filter((text) => text.trim() !== ''),
  });
  fc.assert(
    fc.property(views, (view) => {
      expect(readView(writeView(view))).toEqual(view);
    }),
  );
});

test('what makes no sense in an address is left out', () => {
  expect(readView({ by: 'colour', person: [null, 'Lena', 'Lena'], repo: 'x'.repeat(201), q: null })).toEqual({
    ...FRESH,
    filter: { ...NO_FILTER, person: ['Lena'] },
  });
  const unknown = { status: ['approval', 'gone', 'toString'], pr: 'green', only: ['needs', '__proto__'] };
  expect(readView(unknown).filter).toEqual({ ...NO_FILTER, only: ['needs'], status: ['waiting_for_approval'] });
  expect(readView({ machine: Array.from({ length: 80 }, (_, index) => `m${index}`) }).filter.machine).toHaveLength(50);
});

test('views are the same where their addresses are', () => {
  expect(isSameView(FRESH, { ...FRESH, query: ' ' })).toBe(true);
  expect(isSameView(FRESH, { ...FRESH, grouping: 'none' })).toBe(false);
});
