import type { Random } from '../../cli/src/demo/random.ts';

const WORDS = (
  'the reader cursor offset session append stream partition fold snapshot board gateway socket retry lease checkpoint ' +
  'file test error value index buffer line length chunk parse schema event order service queue worker cache config ' +
  'should keeps returns before after while each only never again because which returns für naïve größer → ✓'
).split(' ');

const CODE = [
  "import { readFile } from 'node:fs/promises';",
  '  const lines = chunk.toString("utf8").split("\\n");',
  '  if (!entry || entry.offset <= checkpoint) return state;',
  '    expect(result.map(({ offset }) => offset)).toEqual(["1-0", "1-1"]);',
  '\t\tfor (const [key, value] of Object.entries(record)) {',
  '+    await log.append(batch.map((line) => ({ ...line, seen: true })));',
  '-    log.append(batch);',
  ' ✓ services/status/src/project.test.ts (41 tests) 312ms',
  ' FAIL  src/reader.test.ts > tail > keeps the last line under load',
  'src/hub.ts:118:14 - error TS2345: Argument of type "string | undefined" is not assignable to "string".',
  '  "dependencies": { "fastify": "^5.2.0", "zod": "^4.0.0" },',
  '-rw-r--r-- 1 dev dev   4211 Nov 22 18:51 reader.ts',
  '   231→export const compareOffsets = (a: Offset, b: Offset): number => {',
  "C:\\\\work\\\\widgets\\\\src\\\\index.ts: warning 'unused'",
  '',
];

/** Prose, code and tool output to cut pieces from, so that every piece costs a generator nothing. */
export interface Filler {
  prose(length: number): string;
  output(length: number): string;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEF_./-';

const makePool = (length: number, nextLine: () => string): string => {
  let text = '';
  while (text.length < length) text += `${nextLine()}\n`;
  return text;
};

/** Pools of about 400 KB; the same for the same chance. Longer pieces repeat a pool. */
export const createFiller = (random: Random): Filler => {
  const words = (count: number): string => Array.from({ length: count }, () => random.pick(WORDS)).join(' ');
  const token = (length: number): string =>
    Array.from({ length }, () => ALPHABET[random.int(0, ALPHABET.length - 1)]).join('');
  const prose = makePool(400_000, () => `${words(random.int(8, 24))}.`);
  const output = makePool(400_000, () =>
    random.chance(0.5) ? random.pick(CODE) : `${token(random.int(8, 40))} ${words(random.int(1, 9))}`,
  );
  const cut = (pool: string, length: number): string => {
    if (length >= pool.length) return pool.repeat(Math.ceil(length / pool.length)).slice(0, length);
    const from = random.int(0, pool.length - length);
    return pool.slice(from, from + length);
  };
  return { prose: (length) => cut(prose, length), output: (length) => cut(output, length) };
};
