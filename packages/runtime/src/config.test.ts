import { expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigError, parseConfig } from './config.ts';

const schema = z.object({ REDIS_URL: z.url(), PORT: z.coerce.number().int().max(65_535).default(4400) });

test('gives typed values and defaults', () => {
  expect(parseConfig(schema, { REDIS_URL: 'redis://127.0.0.1:6379', PATH: '/bin' })).toEqual({
    REDIS_URL: 'redis://127.0.0.1:6379',
    PORT: 4400,
  });
});

test('names every fault at once', () => {
  const parse = () => parseConfig(schema, { PORT: 'many' });
  expect(parse).toThrow(ConfigError);
  expect(parse).toThrow(/REDIS_URL[\s\S]*PORT|PORT[\s\S]*REDIS_URL/);
});

test('takes an empty variable for an absent one', () => {
  expect(parseConfig(schema, { REDIS_URL: 'redis://127.0.0.1', PORT: '' }).PORT).toBe(4400);
});
