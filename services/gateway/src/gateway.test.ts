import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { sessionSchema } from '@crewboard/contract';
import { expect, onTestFinished, test, vi } from 'vitest';
import WebSocket from 'ws';
import {
  boardSchema,
  card,
  memoryLogger,
  metric,
  openFeed,
  openLog,
  project,
  startGateway,
  temporaryFolder,
} from '../test/harness.ts';

/** A request with a Host header of our own, which `fetch` does not let one set. */
const statusWithHost = async (url: string, host: string): Promise<number | undefined> => {
  const [response] = await once(get(url, { headers: { host } }), 'response');
  response.resume();
  return response.statusCode;
};

/** The HTTP status that an upgrade was refused with, or 101. */
const upgradeStatus = async (url: string, headers: Record<string, string>): Promise<number | undefined> => {
  const socket = new WebSocket(url, { headers });
  onTestFinished(() => socket.terminate());
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(101));
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.on('error', reject);
  });
};

const builtWeb = async (): Promise<string> => {
  const webDir = await temporaryFolder();
  await mkdir(join(webDir, 'assets'));
  await writeFile(join(webDir, 'index.html'), '<!doctype html><title>Crewboard</title>');
  await writeFile(join(webDir, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(join(webDir, 'manifest.webmanifest'), '{}');
  await writeFile(join(webDir, 'worker.js'), '');
  await writeFile(join(webDir, 'assets/index-4f2a91bc.js'), 'export {};');
  await writeFile(join(webDir, 'assets/index-4f2a91bc.js.br'), brotliCompressSync('export {};'));
  return webDir;
};

test('gives the board and its offset, and one session by its id', async () => {
  const log = await openLog();
  await project(log, [card('a'), card('b', { title: '"quoted" 🎉' })]);
  const { url } = await startGateway(log);
  const board = boardSchema.parse(await (await fetch(`${url}/api/board`)).json());
  expect(board.sessions.map(({ sessionId }) => sessionId).sort()).toEqual(['a', 'b']);
  const session = sessionSchema.parse(await (await fetch(`${url}/api/sessions/b`)).json());
  expect(session).toEqual(board.sessions.find(({ sessionId }) => sessionId === 'b'));
});

test('gives an offset with the board that the feed goes on after', async () => {
  const log = await openLog();
  await project(log, [card('a')]);
  const gateway = await startGateway(log);
  const { offset } = boardSchema.parse(await (await fetch(`${gateway.url}/api/board`)).json());
  await project(log, [card('b')]);
  const feed = openFeed(gateway.feedUrl(offset));
  await feed.until(({ messages }) => messages.length === 1);
  expect(feed.messages[0]).toMatchObject({ kind: 'change', sessionId: 'b' });
});

test.each(['/api/sessions/nobody', '/api/nothing', '/api', '/assets/nothing.js'])(
  'answers 404 as JSON to %s',
  async (path) => {
    const { url } = await startGateway(await openLog(), { webDir: await builtWeb() });
    const response = await fetch(`${url}${path}`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('application/json');
  },
);

test('serves the page: its files for good, itself always anew, and for its own addresses too', async () => {
  const { url } = await startGateway(await openLog(), { webDir: await builtWeb() });
  const asset = await fetch(`${url}/assets/index-4f2a91bc.js`);
  expect(asset.headers.get('cache-control')).toContain('immutable');
  for (const path of ['/', '/repo/acme', '/session/a?from=mail']) {
    const page = await fetch(`${url}${path}`, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(await page.text()).toContain('Crewboard');
  }
  expect((await fetch(`${url}/favicon.svg`)).headers.get('cache-control')).toBe('no-cache');
});

test.each([
  ['/manifest.webmanifest', 'application/manifest+json'],
  ['/worker.js', 'application/javascript'],
])('serves %s as what it is, asked for anew each time, under the policy of the page', async (path, type) => {
  const { url } = await startGateway(await openLog(), { webDir: await builtWeb() });
  const { headers } = await fetch(`${url}${path}`);
  expect(headers.get('content-type')).toContain(type);
  expect(headers.get('cache-control')).toBe('no-cache');
  expect(headers.get('content-security-policy')).toContain("default-src 'self'");
});

test('sends the compressed twin of a file to whoever can read it', async () => {
  const { url } = await startGateway(await openLog(), { webDir: await builtWeb() });
  const ask = (encodings: string) =>
    fetch(`${url}/assets/index-4f2a91bc.js`, { headers: { 'accept-encoding': encodings } });
  for (const [encodings, sent] of [
    ['gzip, deflate, br', 'br'],
    ['identity', null],
  ] as const) {
    const asset = await ask(encodings);
    expect(asset.headers.get('content-encoding')).toBe(sent);
    expect(asset.headers.get('content-type')).toMatch(/javascript/);
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect(asset.headers.get('vary')).toMatch(/accept-encoding/i);
    expect(await asset.text()).toBe('export {};');
  }
});

test('serves nothing beside the page', async () => {
  const { url } = await startGateway(await openLog(), { webDir: await builtWeb() });
  for (const path of ['/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/assets/..%2f..%2f..%2fetc%2fpasswd']) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.end(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    const answer = String(Buffer.concat(await socket.toArray()));
    expect(answer).not.toContain('root:');
  }
});

test('allows the page nothing but its own files', async () => {
  const { url } = await startGateway(await openLog(), { webDir: await builtWeb() });
  const { headers } = await fetch(url);
  expect(headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(headers.get('content-security-policy')).not.toContain('unsafe');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

test('says that the page is not built', async () => {
  const { url } = await startGateway(await openLog());
  const response = await fetch(url, { headers: { accept: 'text/html' } });
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('npm run build');
});

test('answers 421 under a host name that is not its own', async () => {
  const { url } = await startGateway(await openLog(), { allowedHosts: ['board.example.com'] });
  expect(await statusWithHost(`${url}/api/board`, 'evil.example')).toBe(421);
  expect(await statusWithHost(`${url}/healthz`, 'evil.example:4400')).toBe(421);
  expect(await statusWithHost(`${url}/api/board`, 'localhost:1234')).toBe(200);
  expect(await statusWithHost(`${url}/api/board`, 'board.example.com')).toBe(200);
});

test('opens a feed to pages of its own origin only', async () => {
  const gateway = await startGateway(await openLog(), { allowedOrigins: ['https://tools.example.com'] });
  const feed = gateway.feedUrl();
  expect(await upgradeStatus(feed, { origin: 'https://evil.example' })).toBe(403);
  expect(await upgradeStatus(feed, { host: 'evil.example' })).toBe(421);
  expect(await upgradeStatus(feed, { origin: 'null' })).toBe(403);
  expect(await upgradeStatus(feed, { origin: gateway.url })).toBe(101);
  expect(await upgradeStatus(feed, { origin: 'https://tools.example.com' })).toBe(101);
  expect(await upgradeStatus(feed, {})).toBe(101);
});

test('takes no events from a page of another origin, whatever token it has', async () => {
  const { url, token } = await startGateway(await openLog());
  const headers = { origin: 'https://evil.example', authorization: `Bearer ${token}` };
  expect((await fetch(`${url}/api/ingest`, { method: 'POST', body: '', headers })).status).toBe(403);
});

test('never logs a query or a token', async () => {
  const { logger, lines } = memoryLogger('trace');
  const { url } = await startGateway(await openLog(), { logger });
  await fetch(`${url}/api/board?key=hush`, { headers: { authorization: 'Bearer hush' } });
  await fetch(`${url}/api/nothing?key=hush`);
  await fetch(`${url}/api/ingest?key=hush`, { method: 'POST', body: 'x', headers: { authorization: 'Bearer hush' } });
  await vi.waitFor(() => expect(lines.filter((line) => line.includes('answered'))).toHaveLength(3));
  expect(lines.join('')).not.toContain('hush');
});

test('is ready while the log can be reached, and says why not', async () => {
  const log = await openLog();
  const { url } = await startGateway(log);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  await log.close();
  await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(503));
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/api/board`)).status).toBe(200);
});

test('measures requests and feeds', async () => {
  const gateway = await startGateway(await openLog());
  const feed = openFeed(gateway.feedUrl());
  await feed.until(({ messages }) => messages.length === 1);
  expect(await metric(gateway.registry, 'crewboard_gateway_feed_clients')).toBe(1);
  await fetch(`${gateway.url}/api/board`);
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(text).toContain('crewboard_gateway_request_seconds_count{method="GET",route="/api/board",status="200"} 1');
  expect(text).toContain('crewboard_gateway_behind_seconds 0');
  feed.socket.close();
  await vi.waitFor(async () => expect(await metric(gateway.registry, 'crewboard_gateway_feed_clients')).toBe(0));
});

test('closes feeds with 1001 and frees its port; a second close is harmless', async () => {
  const log = await openLog();
  const gateway = await startGateway(log);
  const feed = openFeed(gateway.feedUrl());
  await feed.until(({ messages }) => messages.length === 1);
  await Promise.all([gateway.close(), gateway.close()]);
  expect(await feed.closed).toBe(1001);
  await expect(fetch(`${gateway.url}/healthz`)).rejects.toThrow();
  await log.check();
});

test('closes in bounded time although a client neither reads nor answers', async () => {
  const gateway = await startGateway(await openLog());
  const feed = openFeed(gateway.feedUrl());
  await feed.until(({ messages }) => messages.length === 1);
  feed.socket.pause();
  const idle = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  idle.on('error', () => undefined);
  await once(idle, 'connect');
  idle.write(
    `POST /api/ingest HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${gateway.token}\r\nContent-Length: 100\r\n\r\n{`,
  );
  const startedAt = performance.now();
  await gateway.close();
  expect(performance.now() - startedAt).toBeLessThan(8000);
});

test('rejects where the port is taken', async () => {
  const log = await openLog();
  const { url } = await startGateway(log);
  const second = startGateway(log, { port: Number(new URL(url).port) });
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
