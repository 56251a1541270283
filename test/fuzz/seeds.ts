import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const captures = join(import.meta.dirname, '../captures');

/** Longer ones are sent where it is about length. */
const SEED_BYTES = 12 * 1024;

const linesOf = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');

/** Every transcript of the recorded runs, as its lines. */
export const transcripts = (): string[][] =>
  readdirSync(captures, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonl') && path.includes('projects'))
    .toSorted()
    .map((path) => linesOf(join(captures, path)));

/** Their entries, but for very long ones: each form of an entry a few times, so that the common ones do not crowd out the rest. */
export const transcriptEntries = (): unknown[] => {
  const seen = new Map<string, number>();
  return transcripts()
    .flat()
    .filter(({ length }) => length <= SEED_BYTES)
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter((entry) => {
      const form = `${entry.type} ${Object.keys(entry).toSorted()}`;
      const times = (seen.get(form) ?? 0) + 1;
      seen.set(form, times);
      return times <= 3;
    });
};

/** What a source of the recorded runs said: the field that holds it, of all its entries. */
export const recorded = (source: 'hook' | 'presence' | 'job' | 'meta'): unknown[] =>
  readdirSync(captures)
    .toSorted()
    .flatMap((name) => linesOf(join(captures, name, 'timeline.jsonl')))
    .map((line): { source: string; payload?: unknown; content?: unknown } => JSON.parse(line))
    .filter((entry) => entry.source === source)
    .map((entry) => entry.payload ?? entry.content)
    .filter((said) => said !== null && said !== undefined);
