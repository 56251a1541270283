import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
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

test('reads a secret from the file that is named for it', () => {
  const dir = mkdtempSync(join(tmpdir(), 'crewboard-config-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'redis-url');
  writeFileSync(file, 'redis://:hush@127.0.0.1\n');
  expect(parseConfig(schema, { REDIS_URL_FILE: file }).REDIS_URL).toBe('redis://:hush@127.0.0.1');
  expect(parseConfig(schema, { REDIS_URL: 'redis://mine', REDIS_URL_FILE: file }).REDIS_URL).toBe('redis://mine');
  expect(() => parseConfig(schema, { REDIS_URL_FILE: join(dir, 'nowhere') })).toThrow(/REDIS_URL_FILE names/);
  writeFileSync(join(dir, 'port'), '\n');
  expect(parseConfig(schema, { REDIS_URL_FILE: file, PORT_FILE: join(dir, 'port') }).PORT).toBe(4400);
});
