import {
  createLineSplitter,
  createToldMessages,
  createTranscriptParser,
  createTranscriptReader,
  transcriptFileOf,
} from '@crewboard/ingest';
import fc from 'fast-check';
import { headOf } from '../../../services/ingest/src/transcript/heads.ts';
import type { OpenTranscript } from '../../../services/ingest/src/transcript/open.ts';
import { parserStateSchema } from '../../../services/ingest/src/transcript/parser-state.ts';
import { rowOf } from '../../../services/ingest/src/transcript/rows.ts';
import { agentStart, tailStart } from '../../../services/ingest/src/transcript/split.ts';
import { mutatedBytes, mutatedJson } from '../../support/mutations.ts';
import { boundary, type Door, must, mustBeReason, mustBeSame } from '../boundary.ts';
import { transcriptEntries, transcripts } from '../seeds.ts';
import { cardsOf, locate, mustBeEvents, NOW } from '../told.ts';

const parser = () =>
  createTranscriptParser({ sessionId: 'one', machine: 'devbox', owner: 'Dev', stream: 'transcript:one', locate });

/** Lines one after another, through one parser. */
const read = (lines: readonly Buffer[]) => {
  const reading = parser();
  let at = 0;
  const parsed = lines.map((line) => {
    const one = reading.line(line, at, NOW);
    const end = at + line.length + 1;
    for (const { position } of one.events) {
      must(position >= at && position < end, 'a line’s events have positions within the line', [position, at, end]);
    }
    at = end;
    return one;
  });
  return { parsed, events: parsed.flatMap(({ events }) => events), state: reading.state() };
};

const lines = (entries: readonly unknown[]) =>
  boundary({
    name: 'transcript-lines',
    share: 26,
    inputs: fc.array(mutatedBytes(mutatedJson(entries)), { minLength: 1, maxLength: 4 }),
    size: ({ length }) => length,
    check: (input) => {
      const { parsed, events, state } = read(input);
      mustBeEvents(events);
      for (const { problem, unknownType } of parsed) {
        if (problem !== undefined) mustBeReason(problem);
        must(unknownType === undefined || typeof unknownType === 'string', 'a type is a text', unknownType);
      }
      mustBeSame(read(input).events, events, 'a repeat tells the same');
      // The cursor keeps the parser's state as JSON: a restart has to be able to read it.
      const stored = JSON.parse(JSON.stringify(state));
      const known = parserStateSchema.safeParse(stored);
      must(known.success, 'the parser’s state can be read again', known.error?.issues);
      return { accepted: parsed.filter(({ problem }) => problem === undefined).length };
    },
  });

/** Lines that are no entries, whatever a reader makes of them. */
const badLine = (good: readonly string[]): fc.Arbitrary<Buffer> =>
  fc.oneof(
    fc
      .constantFrom('', ' ', '\r', '[]', '7', 'null', '{}', '{"type":7}', '\0\0', '"text"', '{"type":""}')
      .map((text) => Buffer.from(text)),
    fc.record({ pick: fc.nat(good.length - 1), at: fc.nat(100_000) }).map(({ pick, at }) => {
      const whole = Buffer.from(good[pick] ?? '');
      return whole.subarray(0, at % Math.max(1, whole.length));
    }),
    fc
      .uint8Array({ maxLength: 200 })
      .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0x0a ? 0x0b : byte | 0x80)))),
    fc.constantFrom(900, 9_000, 9_001, 70_000).map((length) => Buffer.alloc(length, '{"a":"')),
  );

/** What a splitter and a parser make of a file that arrives in pieces of so many bytes. */
const readPieces = (bytes: Buffer, pieceBytes: number) => {
  const splitter = createLineSplitter(0);
  const reading = parser();
  const events: ReturnType<typeof reading.line>['events'] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    splitter.push(bytes.subarray(at, at + pieceBytes), ({ bytes: line, start }) => {
      if (line) events.push(...reading.line(line, start, NOW).events);
    });
  }
  return events;
};

const withoutPlace = ({ position: _position, ...rest }: { position: number }) => rest;

const batches = (files: readonly string[][]) => {
  const good = files.flat();
  return boundary({
    name: 'transcript-among-bad-lines',
    share: 4,
    inputs: fc.record({
      pick: fc.nat(files.length - 1),
      from: fc.nat(10_000),
      bad: fc.array(fc.record({ at: fc.nat(10_000), line: badLine(good) }), { minLength: 1, maxLength: 6 }),
      pieceBytes: fc.constantFrom(1_000_000, 4_096, 777, 64),
    }),
    size: ({ pick, bad }) => bad.length + Math.min(8, files[pick]?.length ?? 0),
    check: ({ pick, from, bad, pieceBytes }) => {
      const file = files[pick] ?? [];
      const start = from % Math.max(1, file.length - 8);
      const part = file.slice(start, start + 8).map((line) => Buffer.from(line));
      const mixed: Buffer[] = [...part];
      for (const { at, line } of bad) mixed.splice(at % (mixed.length + 1), 0, line);
      const join = (all: readonly Buffer[]) => Buffer.concat(all.flatMap((line) => [line, Buffer.from('\n')]));
      const expected = readPieces(join(part), 1_000_000);
      const told = readPieces(join(mixed), pieceBytes);
      mustBeSame(told.map(withoutPlace), expected.map(withoutPlace), 'bad lines take nothing from the good ones');
      mustBeSame(cardsOf(told), cardsOf(expected), 'the card is that of the good lines');
      return { accepted: part.length };
    },
  });
};

const openFile = (bytes: Buffer): OpenTranscript => ({
  identity: '1:1',
  sizeBytes: bytes.length,
  modifiedAt: NOW,
  bornAt: NOW,
  read: async (position, length) => bytes.subarray(position, position + length),
});

const name = transcriptFileOf('projects/-home-dev/0b8fd1d4-58e8-4f5b-9e7e-000000000001.jsonl');

const readFile = async (bytes: Buffer) => {
  if (!name) throw new Error('the name of a transcript is none');
  const file = openFile(bytes);
  const reader = createTranscriptReader({
    name,
    machine: 'devbox',
    owner: null,
    locate,
    cursor: undefined,
    lineageOf: async () => ({ kind: 'own' }),
    metaOf: () => undefined,
    toldMessages: createToldMessages(),
    onLine: () => undefined,
  });
  const events = [];
  for (let hasMore = true; hasMore; ) {
    const step = await reader.read(file, NOW);
    for (const { events: told } of step.steps) events.push(...told);
    hasMore = step.hasMore;
  }
  while (reader.hasHistory) {
    const steps = await reader.readHistory(file, NOW);
    for (const { events: told } of steps ?? []) events.push(...told);
    if (!steps) break;
  }
  return events;
};

/** Whole files, long ones too: their head and tail are found on bytes, and what is between is only counted. */
const files = (all: readonly string[][]) => {
  const texts = all.map((file) => Buffer.from(`${file.join('\n')}\n`));
  const long = texts.map((text) => Buffer.concat(Array.from({ length: Math.ceil(300_000 / text.length) }, () => text)));
  return boundary({
    name: 'transcript-files',
    share: 0.4,
    inputs: mutatedBytes(fc.constantFrom(...texts, ...long)),
    check: async (bytes) => {
      const file = openFile(bytes);
      const head = await headOf(file);
      must(head === null || head === 'unknown' || head.first.at >= 0, 'a head has a time', head);
      for (const start of [await tailStart(file), await agentStart(file, NOW)]) {
        must(start >= 0 && start <= bytes.length, 'what is read begins within the file', [start, bytes.length]);
      }
      const row = rowOf(bytes.subarray(0, 4_096));
      must(row === undefined || Number.isSafeInteger(row.at), 'a row has a time', row);
      const events = await readFile(bytes);
      mustBeEvents(events);
      cardsOf(events);
      return events.length === 0 ? 'refused' : 'accepted';
    },
  });
};

export const door: Door = async () => {
  const all = transcripts();
  return [lines(transcriptEntries()), batches(all), files(all)];
};
