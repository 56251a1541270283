import { expect, it } from 'vitest';
import { createRetime } from './retime.ts';

const RECORDED = Date.parse('2026-01-05T09:00:00.000Z');
const NOW = Date.parse('2027-03-01T12:00:00.000Z');

it('moves times to now, and lets a faster play have its times closer together', () => {
  const line = '{"timestamp":"2026-01-05T09:00:10.000Z","statusUpdatedAt":1767603602000,"durationMs":1767603602000}';
  expect(createRetime(RECORDED, NOW, 1).text(line)).toBe(
    '{"timestamp":"2027-03-01T12:00:10.000Z","statusUpdatedAt":1803902402000,"durationMs":1767603602000}',
  );
  expect(createRetime(RECORDED, NOW, 2).text(line)).toContain('2027-03-01T12:00:05.000Z');
});

it('leaves every other byte as it is, those that are no text too', () => {
  const bytes = Buffer.from([0xff, 0xfe, 0xe2, 0x82, 0xac, ...Buffer.from('"at":"2026-13-45T09:00:00.000Z"')]);
  expect(createRetime(RECORDED, NOW, 1).bytes(bytes)).toEqual(bytes);
});
