import fc from 'fast-check';
import { hostileValue } from './hostile.ts';

/**
 * Inputs that nearly are what they should be: a good one, with some edits to its structure and some to its bytes. Edits shrink one by
 * one, so that what is left of a find is what it takes.
 */

interface Edit {
  how: 'set' | 'drop' | 'add' | 'wrap';
  /** Which of the value's places, counted through all of it. */
  at: number;
  /** As JSON: what is put in is edited again, and the next input gets a fresh one. */
  json: string;
}

const NAMES = ['__proto__', 'constructor', 'toString', 'type', 'more', '', 'uuid', 'sessionId'] as const;

const edit: fc.Arbitrary<Edit> = fc.record({
  how: fc.constantFrom('set', 'set', 'set', 'drop', 'add', 'wrap'),
  at: fc.nat(10_000),
  json: hostileValue.map((value) => JSON.stringify(value) ?? 'null'),
});

type Place = { holder: Record<string, unknown>; key: string };

/** Every place of a JSON value that holds another one, the outer ones first. */
const placesOf = (value: unknown, places: Place[] = []): Place[] => {
  if (typeof value !== 'object' || value === null) return places;
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) places.push({ holder, key });
  for (const key of Object.keys(holder)) placesOf(holder[key], places);
  return places;
};

/** Also for names that set something else than a field. */
const setOwn = (holder: Record<string, unknown>, key: string, value: unknown): void => {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
};

const nested = (value: unknown, depth: number): unknown => {
  let inner = value;
  for (let level = 0; level < depth; level++) inner = level % 2 === 0 ? [inner] : { a: inner };
  return inner;
};

const apply = (root: { value: unknown }, { how, at, json }: Edit): void => {
  const value: unknown = JSON.parse(json);
  const places = placesOf(root);
  const { holder, key } = places[at % places.length] ?? { holder: root as Record<string, unknown>, key: 'value' };
  if (how === 'set') setOwn(holder, key, value);
  else if (how === 'wrap') setOwn(holder, key, nested(holder[key], 1 + (at % 200)));
  else if (how === 'add') setOwn(holder, NAMES[at % NAMES.length] ?? 'more', value);
  else if (holder !== root) delete holder[key];
};

/** JSON that only a text can say: numbers beyond all bounds, names that stand twice, blanks. */
const SAYINGS: readonly ((text: string) => string)[] = [
  (text) => text.replace('{', '{"type":"user",'),
  (text) => text.replace('{', '{"__proto__":{"isAdmin":true},'),
  (text) => text.replace(/:\s*\d+/, ':1e999'),
  (text) => text.replace(/:\s*\d+/, ':123456789012345678901234567890'),
  (text) => text.replace(/:\s*"/, ' \t:\r\n "'),
  (text) => text.replace(/([a-z])"/, '$1\\ud800"'),
  (text) => text.replace(/([a-z])"/, '$1\\u0000"'),
  (text) => text.replace(/:(?=[["{])/, `:${'['.repeat(3_000)}${']'.repeat(3_000)},"was":`),
  (text) => `\ufeff${text}`,
  (text) => `${text}\r`,
  (text) => `${text}${text}`,
  (text) => `[${text}]`,
];

/** The text of one of the values, edited up to `most` times; one in some is as it was. */
export const mutatedJson = (values: readonly unknown[], most = 3): fc.Arbitrary<string> => {
  const texts = values.map((value) => JSON.stringify(value));
  return fc
    .record({
      pick: fc.nat(Math.max(0, texts.length - 1)),
      edits: fc.array(edit, { maxLength: most }),
      saying: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.nat(SAYINGS.length - 1)),
    })
    .map(({ pick, edits, saying }) => {
      const root: { value: unknown } = { value: JSON.parse(texts[pick] ?? 'null') };
      for (const each of edits) apply(root, each);
      const text = JSON.stringify(root.value) ?? '';
      return saying === null ? text : (SAYINGS[saying]?.(text) ?? text);
    });
};

type ByteEdit = { how: 'flip' | 'cut' | 'behead' | 'insert' | 'double'; at: number; bytes: Uint8Array };

const byteEdit: fc.Arbitrary<ByteEdit> = fc.record({
  how: fc.constantFrom('flip', 'flip', 'cut', 'behead', 'insert', 'double'),
  at: fc.nat(1_000_000),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 6 }),
    fc.constantFrom(
      Uint8Array.of(0),
      Uint8Array.of(0xff, 0xfe),
      Uint8Array.of(0xc0, 0x80),
      Uint8Array.of(0xed, 0xa0, 0x80),
      Uint8Array.of(0x0d, 0x0a),
      Uint8Array.of(0x22),
      Uint8Array.of(0x5c),
    ),
  ),
});

const applied = (input: Buffer, { how, at, bytes }: ByteEdit): Buffer => {
  const place = input.length === 0 ? 0 : at % input.length;
  switch (how) {
    case 'flip': {
      const copy = Buffer.from(input);
      if (copy.length > 0) copy[place] = (copy[place] ?? 0) ^ (bytes[0] || 1);
      return copy;
    }
    case 'cut':
      return input.subarray(0, place);
    case 'behead':
      return input.subarray(place);
    case 'insert':
      return Buffer.concat([input.subarray(0, place), bytes, input.subarray(place)]);
    case 'double':
      return Buffer.concat([input.subarray(0, place), input]);
  }
};

/** The bytes of a text, some with up to three edits that no text could say. */
export const mutatedBytes = (text: fc.Arbitrary<string | Buffer>): fc.Arbitrary<Buffer> =>
  fc
    .record({
      text,
      edits: fc.oneof(
        { weight: 3, arbitrary: fc.constant<ByteEdit[]>([]) },
        fc.array(byteEdit, { minLength: 1, maxLength: 3 }),
      ),
    })
    .map(({ text, edits }) => edits.reduce(applied, Buffer.from(text)));
