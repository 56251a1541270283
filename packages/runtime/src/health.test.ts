import { afterEach, expect, test } from 'vitest';
import { startHealthServer } from './health.ts';
import { createLogger } from './logger.ts';
import { Counter, createMetrics } from './metrics.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const start = async (ready: () => Promise<void>) => {
  const registry = createMetrics();
  const logger = createLogger({ name: 'test', level: 'silent' });
  const server = await startHealthServer({ host: '127.0.0.1', port: 0, registry, ready, logger });
  closers.push(server.close);
  return { url: server.url, registry };
};

test('is healthy while the process answers, and ready while its check passes', async () => {
  const { url } = await start(async () => undefined);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

test('says why it is not ready', async () => {
  const { url } = await start(async () => {
    throw new Error('Redis can not be reached');
  });
  const response = await fetch(`${url}/readyz`);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ status: 'not ready', reason: 'Redis can not be reached' });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test('is not ready when the check never answers', async () => {
  const { url } = await start(() => new Promise(() => undefined));
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
});

test('shows the metrics of the process and of the service', async () => {
  const { url, registry } = await start(async () => undefined);
  new Counter({ name: 'crewboard_test_total', help: 'Things', registers: [registry] }).inc(3);
  const text = await (await fetch(`${url}/metrics`)).text();
  expect(text).toContain('crewboard_test_total 3');
  expect(text).toContain('process_cpu_seconds_total');
});

test('frees its port on close, and a second close is harmless', async () => {
  const { url } = await start(async () => undefined);
  const close = closers[0];
  await close?.();
  await close?.();
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});
