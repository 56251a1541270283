import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAccess } from '@crewboard/access';
import { sessionSchema } from '@crewboard/contract';
import { aMachineReport, anEvent } from '@crewboard/contract/testing';
import { openEmbeddedLog } from '@crewboard/event-log';
import { openEmbeddedRecords } from '@crewboard/records/embedded';
import { createMetrics } from '@crewboard/runtime';
import fc from 'fast-check';
import { z } from 'zod';
import { createGateway } from '../../../services/gateway/src/index.ts';
import { openapiDocument } from '../../../services/gateway/src/openapi/document.ts';
import { sendRaw } from '../../../services/gateway/test/raw-http.ts';
import { EVENT_TYPES, HOSTILE_TEXTS, PRIVATE_TEXT } from '../../support/hostile.ts';
import { memoryLogger } from '../../support/memory-logger.ts';
import { mutatedBytes, mutatedJson } from '../../support/mutations.ts';
import { boundary, type Door, must } from '../boundary.ts';

const SECRET = 'a webhook secret of the fuzz';
/** Names that stand in the log of a gateway on purpose: who did what to whose machine. */
const AUDITED = /"(?:owner|by|machine|person|formerly)":"(?:[^"\\]|\\.)*"/g;

/** A gateway that listens, says in its log all that it would say, and is open to whoever asks. */
const startGateway = async () => {
  const dir = mkdtempSync(join(tmpdir(), 'crewboard-fuzz-gateway-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const log = await openEmbeddedLog({ dir: join(dir, 'log'), partitions: 2 });
  const records = await openEmbeddedRecords({ dir: join(dir, 'records') });
  const access = createAccess(records);
  const { token } = await access.issue({ machine: 'devbox', owner: 'Dev', by: 'the fuzz' });
  const said = memoryLogger('gateway', 'debug');
  const gateway = await createGateway({
    ...{ log, access, records, logger: said.logger, registry: createMetrics(), webDir: dir },
    ...{ host: '127.0.0.1', port: 0, openTo: { name: 'Mara', role: 'admin' as const }, webhookSecret: SECRET },
    // What is asked of it here is no machine's honest work: none is to be put off.
    machineLimits: { requestsPerMinute: 1e9, bytesPerMinute: 1e12, eventsPerMinute: 1e9, newSessionsPerDay: 1e9 },
  });
  return {
    url: gateway.url,
    token,
    /** What it has said since. */
    takeLines: (): string[] => said.lines.splice(0),
    stop: async (): Promise<void> => {
      await gateway.close();
      await records.close();
      await log.close();
    },
  };
};
type Gateway = Awaited<ReturnType<typeof startGateway>>;

const mustBeDiscreet = ({ takeLines }: Gateway): void => {
  const lines = takeLines().map((line) => line.replaceAll(AUDITED, ''));
  must(!lines.some((line) => line.includes(PRIVATE_TEXT)), 'a log holds no private text', lines);
};

const boardSchema = z.object({ sessions: z.array(sessionSchema) });
const mustBeWell = async (gateway: Gateway): Promise<void> => {
  const ready = await fetch(`${gateway.url}/healthz`);
  must(ready.status === 200, 'it lives', ready.status);
  boardSchema.parse(await (await fetch(`${gateway.url}/api/board`)).json());
};

const text = fc.constantFrom(...HOSTILE_TEXTS);
const inAddress = fc.oneof(
  text.filter((it) => !/\p{Cs}/u.test(it)).map(encodeURIComponent),
  text.map((it) => it.replaceAll(/[\r\n\0 ]/g, '')),
  fc.constantFrom('session-1', '..%2f..%2fetc%2fpasswd', '%', '%ff', '%00', '.', '//', ';a=b'),
);
const paths = Object.keys(openapiDocument().paths);
const path = fc
  .tuple(fc.constantFrom(...paths, '/', '/assets/x.js', '/api/nothing'), inAddress, fc.option(inAddress), inAddress)
  .map(([of, id, query, name]) => `${of.replaceAll(/\{\w+\}/g, id)}${query === null ? '' : `?after=${query}&${name}`}`);

const good = [
  ...EVENT_TYPES.map((type) => anEvent(type)),
  aMachineReport(),
  { code: 'abcd-efgh', machine: 'devbox' },
  { owner: 'Mara' },
  { name: 'Mara', password: 'what a password' },
  { need: 'toolu_1', insteadOf: null },
  { sessionIds: ['session-1'] },
];
const body = fc.oneof(
  { weight: 4, arbitrary: mutatedBytes(mutatedJson(good)) },
  { weight: 1, arbitrary: fc.uint8Array() },
);

const anyHeader = fc
  .tuple(
    fc.constantFrom('Cookie', 'Origin', 'Referer', 'X-Forwarded-For', 'X-Hub-Signature-256', 'X-Request-Id', 'Range'),
    text.map((it) => it.replaceAll(/[^\x20-\x7e]/g, '')),
  )
  .map(([name, value]) => `${name}: ${value}`);

const request = fc.record({
  method: fc.constantFrom('GET', 'GET', 'POST', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'),
  path,
  type: fc.constantFrom('application/json', 'application/x-ndjson', 'text/plain', 'multipart/form-data', ''),
  encoding: fc.constantFrom('', '', '', 'gzip', 'br'),
  isMachine: fc.boolean(),
  headers: fc.array(anyHeader, { maxLength: 3 }),
  body,
  /** Of what the head says that it will send. */
  sent: fc.constantFrom(1, 1, 1, 0.5),
});

const requests = (gateway: Gateway) =>
  boundary({
    name: 'gateway-requests',
    share: 0.3,
    inputs: request,
    check: async (it) => {
      const bytes = Buffer.from(it.body);
      const head = [
        `${it.method} ${it.path} HTTP/1.1`,
        `Host: ${new URL(gateway.url).host}`,
        'Connection: close',
        ...(it.type ? [`Content-Type: ${it.type}`] : []),
        ...(it.encoding ? [`Content-Encoding: ${it.encoding}`] : []),
        ...(it.isMachine ? [`Authorization: Bearer ${gateway.token}`] : []),
        ...it.headers,
        `Content-Length: ${bytes.length}`,
      ];
      const whole = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bytes]);
      const isCut = it.sent < 1 && bytes.length > 1;
      const piece = isCut ? whole.subarray(0, whole.length - Math.ceil(bytes.length / 2)) : whole;
      const { status, text: answer } = await sendRaw(gateway.url, [piece], { hangsUp: isCut });
      must(status < 500 || status === 503, 'nothing that is asked breaks it', { status, answer });
      must(isCut || status !== 0, 'what is whole is answered', answer);
      mustBeDiscreet(gateway);
      return status >= 200 && status < 400 ? 'accepted' : 'refused';
    },
  });

/** Frames as RFC 6455 has them, and nearly so. */
const frame = fc
  .record({
    first: fc.oneof(fc.constantFrom(0x81, 0x82, 0x80, 0x01, 0x88, 0x89, 0x8a, 0xf1), fc.nat(255)),
    isMasked: fc.boolean(),
    length: fc.constantFrom<number | undefined>(undefined, undefined, 126, 127, 5),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 125 }),
      text.map((it) => Buffer.from(it).subarray(0, 125)),
    ),
  })
  .map(({ first, isMasked, length, payload }) =>
    Buffer.concat([
      Buffer.from([first, (isMasked ? 0x80 : 0) | (length ?? payload.length)]),
      ...(isMasked ? [Buffer.alloc(4)] : []),
      Buffer.from(payload),
    ]),
  );

const HANDSHAKE = (url: string): string =>
  [
    'GET /api/feed HTTP/1.1',
    `Host: ${new URL(url).host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '\r\n',
  ].join('\r\n');

const SETTLE_MS = 2;

const sockets = (gateway: Gateway) =>
  boundary({
    name: 'gateway-sockets',
    share: 0.3,
    inputs: fc.array(frame, { minLength: 1, maxLength: 6 }),
    check: async (frames) => {
      const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
      const opened = new Promise<string>((resolve) => {
        socket.once('data', (data) => resolve(data.toString('latin1')));
        socket.once('close', () => resolve('closed'));
      });
      let isClosed = false;
      socket
        .on('error', () => undefined)
        .on('close', () => {
          isClosed = true;
        });
      socket.write(HANDSHAKE(gateway.url));
      must((await opened).startsWith('HTTP/1.1 101'), 'a feed is opened');
      for (const piece of frames) if (!isClosed) socket.write(piece);
      await sleep(SETTLE_MS);
      socket.destroy();
      mustBeDiscreet(gateway);
      return isClosed ? 'refused' : 'accepted';
    },
    finish: async () => {
      await mustBeWell(gateway);
      mustBeDiscreet(gateway);
      await gateway.stop();
    },
  });

export const door: Door = async () => {
  const gateway = await startGateway();
  return [requests(gateway), sockets(gateway)];
};
