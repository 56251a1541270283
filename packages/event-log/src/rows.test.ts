import { aCard } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { parseRow } from './rows.ts';

test('a row is read as it was stored', () => {
  const row = { sessionId: 'session-1', state: { any: 'thing' }, card: aCard() };
  expect(parseRow(JSON.stringify(row))).toEqual(row);
});

test.each([
  ['no JSON', 'a secret of the row', /can't be read, .*: not JSON$/],
  ['no object', '[]', /can't be read, .*: .*expected object/],
  ['without its card', '{"sessionId":"one","state":{}}', /can't be read, .*: .*at card/s],
])('a row that is %s says so, and nothing of what stands in it', (_what, raw, reason) => {
  expect(() => parseRow(raw)).toThrow(reason);
  expect(() => parseRow(raw)).not.toThrow(/secret/);
});
