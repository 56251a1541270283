import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { SessionEvent } from '@crewboard/contract';
import { anEvent } from '@crewboard/contract/testing';
import fc from 'fast-check';
import { type Batch, readBatch } from '../../../services/gateway/src/ingest/batch.ts';
import { sort } from '../../../services/gateway/src/ingest/sort.ts';
import { BodyRefused } from '../../../services/gateway/src/ndjson.ts';
import { EVENT_TYPES } from '../../support/hostile.ts';
import { mutatedBytes, mutatedJson } from '../../support/mutations.ts';
import { boundary, type Door, must, mustBeReason, mustBeSame } from '../boundary.ts';
import { cardsOf, mustBeEvents, NOW } from '../told.ts';

const LIMITS = { bodyBytes: 256 * 1024, lineBytes: 64 * 1024, lines: 100 };
const sender = { machineId: 'm1', machine: 'devbox', owner: 'Dev' };

const good = EVENT_TYPES.map((type) => anEvent(type, { sessionId: 'good' }));
const badLine = mutatedBytes(mutatedJson(EVENT_TYPES.map((type) => anEvent(type, { sessionId: 'bad' })))).map((bytes) =>
  Buffer.from(bytes.map((byte) => (byte === 0x0a ? 0x20 : byte))),
);

/** A body, and which of its lines are good ones. */
const batch = fc.array(fc.oneof(fc.nat(good.length - 1), badLine), { minLength: 1, maxLength: 10 }).map((lines) => ({
  lines: lines.length,
  good: lines
    .filter((line) => typeof line === 'number')
    .map((pick): SessionEvent => ({ ...(good[pick] ?? anEvent('TurnEnded')) })),
  body: Buffer.concat(
    lines.map((line) =>
      Buffer.concat([typeof line === 'number' ? Buffer.from(JSON.stringify(good[line])) : line, Buffer.from('\n')]),
    ),
  ),
}));

const input = fc.record({
  batch,
  packing: fc.constantFrom('plain', 'plain', 'plain', 'gzip', 'cut gzip', 'claimed gzip', 'bomb'),
  pieceBytes: fc.constantFrom(1_000_000, 1_000, 100),
  at: fc.nat(100_000),
});
type Input = typeof input extends fc.Arbitrary<infer Value> ? Value : never;

const BOMB = gzipSync(Buffer.alloc(20 * 1024 * 1024, ' \n'));

const packed = ({ batch: { body }, packing, at }: Input): Buffer => {
  if (packing === 'gzip') return gzipSync(body, { level: 1 });
  if (packing === 'bomb') return BOMB;
  if (packing !== 'cut gzip') return body;
  const whole = gzipSync(body, { level: 1 });
  return whole.subarray(0, at % whole.length);
};

const pieces = (body: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.max(1, Math.ceil(body.length / size)) }, (_, n) =>
    Buffer.from(body.subarray(n * size, (n + 1) * size)),
  );

const read = async (it: Input): Promise<{ batch: Batch; bytes: number } | BodyRefused> => {
  let bytes = 0;
  try {
    const batch = await readBatch(Readable.from(pieces(packed(it), it.pieceBytes)), {
      isGzip: it.packing !== 'plain',
      limits: LIMITS,
      onCost: (cost) => {
        bytes += cost.bytes;
      },
      onUnreadable: ({ reason }) => mustBeReason(reason),
    });
    return { batch, bytes };
  } catch (error) {
    if (!(error instanceof BodyRefused)) throw error;
    mustBeReason(error.message);
    must(bytes <= LIMITS.bodyBytes + 64 * 1024, 'a body is refused before it is large', bytes);
    return error;
  }
};

const bodies = boundary({
  name: 'ingest-bodies',
  share: 10,
  inputs: input,
  size: ({ batch }) => batch.lines,
  check: async (it) => {
    const outcome = await read(it);
    const isWhole = it.packing === 'plain' || it.packing === 'gzip';
    if (outcome instanceof BodyRefused) {
      must(!isWhole || it.batch.body.length > LIMITS.lineBytes, 'a body within the limits is read', outcome.message);
      return 'refused';
    }
    const { events, refused } = sort(outcome.batch, new Set(), sender, NOW);
    if (!isWhole) return { accepted: Math.min(it.batch.lines, outcome.batch.events.length) };
    mustBeEvents(events);
    for (const { reason } of refused) mustBeReason(reason);
    const ofGood = events.filter(({ sessionId }) => sessionId === 'good');
    const expected = sort(
      { events: it.batch.good.map((event, line) => ({ line, event })), refused: [] },
      new Set(),
      sender,
      NOW,
    ).events;
    mustBeSame(
      ofGood,
      expected.filter(({ type }) => ofGood.some((event) => event.type === type)),
      'good lines are taken as they are',
    );
    mustBeSame(
      cardsOf(ofGood),
      cardsOf(expected.filter(({ type }) => ofGood.some((event) => event.type === type))),
      'the card is that of the good lines',
    );
    return { accepted: events.length };
  },
});

export const door: Door = async () => [bodies];
