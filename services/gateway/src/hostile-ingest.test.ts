import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createGzip, gzipSync } from 'node:zlib';
import { ingestAnswerSchema, type SessionEvent } from '@crewboard/contract';
import { aMachineReport, anEvent } from '@crewboard/contract/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostileValue } from '../../../test/support/hostile.ts';
import {
  agentRequest,
  boardSchema,
  card,
  lines,
  openLog,
  project,
  startGateway,
  storedEvents,
  type TestGateway,
} from '../test/harness.ts';
import { type RawAnswer, type RawOptions, sendRaw } from '../test/raw-http.ts';
import { signInOptions } from '../test/sign-in.ts';
import { openapiDocument } from './openapi/document.ts';

/** The same requests each time. */
const SEED = 20_261_127;

/** One hostile request: what it is, and with what it may be answered. 0 is a connection that is closed without an answer. */
interface Attack {
  what: string;
  allowed: readonly number[];
  /** By a token of the machine's that attacks. */
  run: (gateway: TestGateway, token: string) => Promise<Pick<RawAnswer, 'status'>>;
}

type Body = string | Uint8Array;
const bytesOf = (body: Body): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(body));

const post =
  (path: string, body: Body, headers: Record<string, string> = {}, method = 'POST'): Attack['run'] =>
  async ({ url }, token) => {
    const response = await agentRequest(url, method, path, token, bytesOf(body), headers);
    await response.arrayBuffer();
    return response;
  };
const gzip = { 'content-encoding': 'gzip' };

const raw =
  (of: (token: string) => readonly Body[], options: RawOptions = {}): Attack['run'] =>
  ({ url }, token) =>
    sendRaw(url, of(token), options);

const head = (token: string, first: string, ...headers: string[]): string =>
  `${[first, 'Host: localhost', `Authorization: Bearer ${token}`, ...headers].join('\r\n')}\r\n\r\n`;

const some = <Value>(arbitrary: fc.Arbitrary<Value>, count: number): Value[] =>
  fc.sample(arbitrary, { numRuns: count, seed: SEED });

const anyEvent = fc.constantFrom<SessionEvent>(
  anEvent('PromptSubmitted'),
  anEvent('SessionLocated'),
  anEvent('PresenceChanged'),
  anEvent('TasksListed'),
  anEvent('HistoryCounted'),
  anEvent('RequestRetried'),
);
/** An event of which one field is something else, or gone, or one more is there. */
const damaged = fc
  .record({
    event: anyEvent,
    inData: fc.boolean(),
    pick: fc.nat(),
    value: hostileValue,
    how: fc.constantFrom('set', 'drop', 'add'),
  })
  .map(({ event, inData, pick, value, how }) => {
    const copy = JSON.parse(JSON.stringify(event)) as Record<string, unknown>;
    const target = (inData ? copy.data : copy) as Record<string, unknown>;
    const keys = Object.keys(target);
    const key =
      how === 'add'
        ? (['__proto__', 'constructor', 'toString', 'more'][pick % 4] ?? '')
        : (keys[pick % keys.length] ?? '');
    if (how === 'drop') delete target[key];
    else Object.defineProperty(target, key, { value, enumerable: true, configurable: true });
    return JSON.stringify(copy) ?? '';
  });

const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);

const oddTexts: Body[] = [
  `\ufeff${lines([anEvent('TurnEnded')])}`,
  Buffer.from(lines([anEvent('TurnEnded')]), 'utf16le'),
  Buffer.concat([Buffer.from([0xff, 0xfe, 0x00, 0x0a]), Buffer.from(lines([anEvent('TurnEnded')]), 'utf16le')]),
  Buffer.from(JSON.stringify(anEvent('PromptSubmitted', { data: { text: 'Grüße' } })), 'latin1'),
  '\0'.repeat(60_000),
  '\n'.repeat(49_000),
  '\r\n'.repeat(20_000),
  nested(30_000, '[', ']'),
  nested(10_000, '{"a":', '}'),
  `{"schemaVersion":1,"type":"TurnEnded","data":${nested(20_000, '[', ']')}}`,
  `{"schemaVersion":1${',"a":1'.repeat(10_000)}}`,
  '{"schemaVersion":1e999}',
  '{"schemaVersion":-1,"__proto__":{"isAdmin":true}}',
  'null\ntrue\n7\n"text"\n[]\n{}\n',
  `"${'\\u0000'.repeat(10_000)}"`,
  `${'9'.repeat(60_000)}`,
  '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
  '../../../../etc/passwd\n%00\n{jndi:ldap://127.0.0.1/a}\n',
];

const bombOf = async (megabytes: number): Promise<Buffer> => {
  const stream = createGzip();
  for (let written = 0; written < megabytes; written++) stream.write(`${' '.repeat(1023)}\n`.repeat(1024));
  stream.end();
  return Buffer.concat(await stream.toArray());
};

const goodLines = lines(Array.from({ length: 20 }, () => anEvent('ToolRequested', { sessionId: 'cut' })));
const goodGzip = gzipSync(goodLines);

const OTHER_METHODS = [
  'GET',
  'HEAD',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'MKCOL',
  'M-SEARCH',
  'PURGE',
  'LOCK',
];
const AGENT_ROUTES = ['/api/join', '/api/agent', '/api/ingest', '/api/agent/report', '/api/agent/forget'];
const METHOD_OF: Record<string, string> = { '/api/agent': 'GET', '/api/agent/report': 'PUT' };

const badHeads: ((token: string) => string)[] = [
  () => 'GET\r\n\r\n',
  () => '\r\n\r\n\r\n\r\nnonsense\r\n\r\n',
  () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'.padEnd(300, '\x01'),
  (token) => head(token, 'POST /api/ingest HTTP/9.9', 'Content-Length: 0'),
  (token) => head(token, 'POST /api/ingest HTTP/1.1', 'Content-Length: -1'),
  (token) => head(token, 'POST /api/ingest HTTP/1.1', 'Content-Length: 99999999999999999999'),
  (token) => `${head(token, 'POST /api/ingest HTTP/1.1', 'Content-Length: 1', 'Content-Length: 2')}xx`,
  (token) =>
    head(token, 'POST /api/ingest HTTP/1.1', 'Content-Length: 5', 'Transfer-Encoding: chunked') +
    '0\r\n\r\nGET /api/board HTTP/1.1\r\n\r\n',
  (token) => `${head(token, 'POST /api/ingest HTTP/1.1', 'Transfer-Encoding: chunked')}zz\r\nnothing\r\n`,
  (token) => `${head(token, 'POST /api/ingest HTTP/1.1', 'Transfer-Encoding: chunked')}ffffffffffffffffff\r\nx`,
  (token) => head(token, 'POST /api/ingest HTTP/1.1', 'Transfer-Encoding: gzip, identity'),
  (token) => head(token, 'POST /api/ingest HTTP/1.1', `X-Much: ${'x'.repeat(40_000)}`),
  (token) => head(token, 'POST /api/ingest HTTP/1.1', ...Array.from({ length: 3000 }, (_, n) => `X-${n}: 1`)),
  (token) => head(token, 'POST /api/ingest HTTP/1.1', 'X-Bad\0Name: 1'),
  (token) => head(token, 'POST /api/ingest HTTP/1.1', 'X-Split: a\rb'),
  (token) => head(token, 'POST /api/ingest HTTP/1.1', 'No colon here'),
  (token) => head(token, `POST /api/${'x'.repeat(30_000)} HTTP/1.1`),
  (token) => `POST /api/ingest HTTP/1.1\r\nAuthorization: Bearer ${token}\r\nContent-Length: 0\r\n\r\n`,
  (token) =>
    `POST /api/ingest HTTP/1.1\r\nHost: a\r\nHost: b\r\nAuthorization: Bearer ${token}\r\nContent-Length: 0\r\n\r\n`,
  (token) =>
    `POST /api/ingest HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer ${token}\r\nContent-Length: 0\r\n\r\n`,
];

const badAuthorizations = (token: string): string[] => [
  '',
  'Bearer',
  'Bearer ',
  `Basic ${Buffer.from(`admin:${token}`).toString('base64')}`,
  `Bearer ${token} ${token}`,
  `Bearer ${token.slice(0, -1)}`,
  `Bearer ${token}a`,
  `Bearer "${token}"`,
  `Token ${token}`,
  'Bearer cbm_aaaaaaaaaaaa.',
  `Bearer cbm_${'_'.repeat(12)}.${'A'.repeat(43)}`,
  `Bearer ${'x'.repeat(8000)}`,
  'Bearer null',
  'Bearer ../../../etc/passwd',
  'Bearer __proto__',
];

const REFUSED = [400, 413, 415];
const TAKEN_OR_REFUSED = [200, ...REFUSED];
const BROKEN = [0, 400, 403, 404, 405, 408, 413, 415, 417, 421, 431, 501, 505];

const attacks = async (): Promise<Attack[]> => {
  const bombs = [await bombOf(20), await bombOf(200), gzipSync(await bombOf(50))];
  const cuts = some(fc.integer({ min: 0, max: goodGzip.length - 1 }), 100);
  return [
    ...some(fc.uint8Array({ maxLength: 3000 }), 120).map(
      (body, n): Attack => ({
        what: `random bytes ${n}`,
        allowed: TAKEN_OR_REFUSED,
        run: post('/api/ingest', body, n % 3 === 0 ? gzip : {}),
      }),
    ),
    ...some(fc.array(damaged, { minLength: 1, maxLength: 8 }), 250).map(
      (body, n): Attack => ({
        what: `damaged events ${n}`,
        allowed: [200, 413],
        run: post('/api/ingest', n % 2 === 0 ? body.join('\n') : gzipSync(body.join('\n')), n % 2 === 0 ? {} : gzip),
      }),
    ),
    ...oddTexts.map(
      (body, n): Attack => ({ what: `odd text ${n}`, allowed: [200, 413], run: post('/api/ingest', body) }),
    ),
    ...cuts.map(
      (at): Attack => ({
        what: `gzip cut at ${at}`,
        allowed: [400],
        run: post('/api/ingest', goodGzip.subarray(0, at), gzip),
      }),
    ),
    ...cuts.map((at): Attack => {
      const broken = Buffer.from(goodGzip);
      broken[at] = (broken[at] ?? 0) ^ 0x55;
      return { what: `gzip damaged at ${at}`, allowed: [200, 400], run: post('/api/ingest', broken, gzip) };
    }),
    ...bombs.map(
      (bomb, n): Attack => ({
        what: `bomb ${n}`,
        allowed: n < 2 ? [413] : TAKEN_OR_REFUSED,
        run: post('/api/ingest', bomb, gzip),
      }),
    ),
    { what: 'a whole bomb, plain', allowed: [413], run: post('/api/ingest', Buffer.alloc(9 * 1024 * 1024, 'x\n')) },
    { what: 'a line without end', allowed: [413], run: post('/api/ingest', 'x'.repeat(1024 * 1024)) },
    { what: 'too many lines', allowed: [413], run: post('/api/ingest', 'x\n'.repeat(60_000)) },
    {
      what: 'gzip with something behind it',
      allowed: [200, 400],
      run: post('/api/ingest', Buffer.concat([goodGzip, Buffer.from('more')]), gzip),
    },
    ...['br', 'deflate', 'zstd', 'gzip, gzip', 'x-gzip', '*', 'identity;q=0', 'GZIP '.repeat(50)].map(
      (encoding): Attack => ({
        what: `encoding ${encoding.slice(0, 20)}`,
        allowed: [415],
        run: post('/api/ingest', goodLines, { 'content-encoding': encoding }),
      }),
    ),
    ...[
      'multipart/form-data; boundary=x',
      'application/json',
      'text/html',
      'x',
      'application/x-www-form-urlencoded',
      '*/*',
      ';'.repeat(200),
    ].map(
      (type): Attack => ({
        what: `type ${type.slice(0, 20)}`,
        allowed: [200, 415],
        run: post('/api/ingest', 'a=b', { 'content-type': type }),
      }),
    ),
    ...AGENT_ROUTES.flatMap((path) =>
      OTHER_METHODS.filter((method) => method !== (METHOD_OF[path] ?? 'POST')).map(
        (method): Attack => ({
          what: `${method} ${path}`,
          // HEAD is answered where GET is; a method that a path does not know is nothing here.
          allowed: method === 'HEAD' && path === '/api/agent' ? [200] : [404, 405],
          run: raw((token) => [
            head(token, `${method} ${path} HTTP/1.1`, 'Content-Length: 2', 'Content-Type: application/json'),
            '{}',
          ]),
        }),
      ),
    ),
    { what: 'CONNECT', allowed: BROKEN, run: raw((token) => [head(token, 'CONNECT localhost:22 HTTP/1.1')]) },
    ...badHeads.map(
      (of, n): Attack => ({
        what: `bad head ${n}`,
        allowed: BROKEN,
        run: raw((token) => [of(token)], { hangsUp: false }),
      }),
    ),
    ...badAuthorizations('').map(
      (_none, n): Attack => ({
        what: `authorization ${n}`,
        allowed: [401],
        run: raw((token) => [
          `POST /api/ingest HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${badAuthorizations(token)[n]}\r\nContent-Length: 0\r\n\r\n`,
        ]),
      }),
    ),
    ...['/api/board', '/api/sessions/victim', '/api/sessions/victim/history', '/api/machines'].map(
      (path): Attack => ({
        what: `an upgrade on ${path}`,
        allowed: [400, 401, 404, 426, 200],
        run: raw((token) => [head(token, `GET ${path} HTTP/1.1`, 'Connection: Upgrade', 'Upgrade: h2c')]),
      }),
    ),
    ...some(fc.json({ maxDepth: 6 }), 120).flatMap((body, n): Attack[] => [
      {
        what: `report ${n}`,
        allowed: [400],
        run: post('/api/agent/report', body, {}, 'PUT'),
      },
      { what: `forget ${n}`, allowed: [400], run: post('/api/agent/forget', body) },
      { what: `join ${n}`, allowed: [400, 403, 429], run: post('/api/join', body) },
    ]),
    ...some(fc.record({ key: fc.constantFrom(...Object.keys(aMachineReport())), value: hostileValue }), 60).map(
      ({ key, value }, n): Attack => ({
        what: `damaged report ${n}`,
        allowed: [200, 400],
        run: post('/api/agent/report', JSON.stringify({ ...aMachineReport(), [key]: value }), {}, 'PUT'),
      }),
    ),
    ...some(fc.integer({ min: 0, max: goodLines.length - 1 }), 60).map(
      (at): Attack => ({
        what: `a connection that breaks off after ${at} bytes`,
        allowed: [0, 400],
        run: raw(
          (token) => [
            head(token, 'POST /api/ingest HTTP/1.1', `Content-Length: ${goodLines.length}`) + goodLines.slice(0, at),
          ],
          { hangsUp: true },
        ),
      }),
    ),
  ];
};

/** Those that count on patience. */
const slowAttacks = (): Attack[] => [
  ...Array.from(
    { length: 12 },
    (_, n): Attack => ({
      what: `a body that trickles ${n}`,
      allowed: [0, 408, 429],
      run: raw(
        (token) => [
          head(token, 'POST /api/ingest HTTP/1.1', 'Content-Length: 5000'),
          ...Array.from({ length: 60 }, () => '{'),
        ],
        { pauseMs: 100 },
      ),
    }),
  ),
  ...Array.from(
    { length: 6 },
    (_, n): Attack => ({
      what: `a head that trickles ${n}`,
      allowed: [0, 408],
      run: raw((token) => Array.from(head(token, 'POST /api/ingest HTTP/1.1').slice(0, 60)), { pauseMs: 100 }),
    }),
  ),
];

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapMb = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1024 / 1024;
};

/** Runs them, some at a time, and tells those that were not answered as they should be. */
const runAll = async (all: readonly Attack[], gateway: TestGateway, tokens: readonly string[]): Promise<string[]> => {
  const wrong: string[] = [];
  const queue = [...all];
  const worker = async (token: string) => {
    for (let attack = queue.pop(); attack; attack = queue.pop()) {
      const { what, allowed, run } = attack;
      const outcome = await run(gateway, token).then(
        ({ status }) => status,
        (error: unknown) => `failed: ${error}`,
      );
      if (typeof outcome !== 'number' || !allowed.includes(outcome)) wrong.push(`${what}: ${outcome}`);
    }
  };
  // Fewer than a machine may have under way at once.
  await Promise.all(tokens.flatMap((token) => [worker(token), worker(token)]));
  return wrong;
};

test('more than a thousand hostile requests are answered as they should be, and leave the board as it was', async () => {
  const log = await openLog();
  const many = 1_000_000_000;
  const gateway = await startGateway(log, {
    machineLimits: {
      requestsPerMinute: many,
      bytesPerMinute: many * 1000,
      eventsPerMinute: many,
      newSessionsPerDay: many,
    },
  });
  await project(log, [card('victim', { title: 'as it was' })]);
  expect(
    (
      await agentRequest(
        gateway.url,
        'POST',
        '/api/ingest',
        gateway.token,
        lines([anEvent('TurnEnded', { sessionId: 'victim' })]),
      )
    ).status,
  ).toBe(200);
  const attackers = await Promise.all(
    Array.from({ length: 4 }, (_, n) =>
      gateway.access.issue({ machine: `attacker-${n}`, owner: 'Mallory', by: 'test' }),
    ),
  );
  const tokens = attackers.map(({ token }) => token);
  const all = await attacks();
  expect(all.length).toBeGreaterThan(1_000);

  const order = fc.sample(fc.shuffledSubarray(all, { minLength: all.length }), { numRuns: 1, seed: SEED })[0] ?? [];
  // Once to fill caches and compile: what is measured after it is what each further thousand would leave.
  expect(await runAll(order.slice(0, 300), gateway, tokens)).toEqual([]);
  const before = heapMb();
  expect(await runAll(order, gateway, tokens)).toEqual([]);
  expect(heapMb() - before).toBeLessThan(40);

  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
  const { sessions } = boardSchema.parse(await (await fetch(`${gateway.url}/api/board`)).json());
  expect(sessions.map(({ sessionId, title }) => [sessionId, title])).toEqual([['victim', 'as it was']]);
  const good = await agentRequest(
    gateway.url,
    'POST',
    '/api/ingest',
    gateway.token,
    lines([anEvent('TurnEnded', { sessionId: 'victim' })]),
  );
  expect(ingestAnswerSchema.parse(await good.json())).toMatchObject({ accepted: 1, rejected: [] });
  for (const { sessionId, machine } of await storedEvents(log)) {
    expect([sessionId, machine.startsWith('attacker-')]).toEqual([sessionId, sessionId !== 'victim']);
  }
  expect(new Set((await log.machines()).map(({ report }) => report.owner))).toEqual(new Set(['Mallory']));
}, 300_000);

test('requests that trickle are cut, and nobody waits for them', async () => {
  const gateway = await startGateway(await openLog(), { requestTimeoutMs: 2_000 });
  const { token } = await gateway.access.issue({ machine: 'attacker', owner: 'Mallory', by: 'test' });
  const trickling = Promise.all(slowAttacks().map((attack) => runAll([attack], gateway, [token])));
  const good = lines([anEvent('TurnEnded')]);
  expect((await agentRequest(gateway.url, 'POST', '/api/ingest', gateway.token, good)).status).toBe(200);
  expect((await trickling).flat()).toEqual([]);
}, 60_000);

test('a machine’s token reads nothing of a board where people sign in, and opens no feed', async () => {
  const log = await openLog();
  const gateway = await startGateway(log, { signIn: signInOptions(), webhookSecret: 'a secret of this test' });
  await project(log, [card('victim', { title: 'as it was' })]);
  const paths = Object.entries(openapiDocument().paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method.toUpperCase(), path.replace(/\{\w+\}/g, 'victim')] as const),
  );
  const open = ['/api/viewer', '/healthz', '/readyz'];
  for (const [method, path] of paths) {
    if (AGENT_ROUTES.includes(path) || open.includes(path) || path.startsWith('/api/sign-')) continue;
    const response = await agentRequest(gateway.url, method, path, gateway.token);
    expect([method, path, response.status]).toEqual([method, path, 401]);
    expect(await response.text()).not.toContain('as it was');
  }
  const upgrade = [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${'A'.repeat(22)}==`,
  ];
  const feed = await sendRaw(gateway.url, [head(gateway.token, 'GET /api/feed HTTP/1.1', ...upgrade)]);
  expect(feed.status).toBe(401);
});
