import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTranscriptParser, type ParsedLine } from './parse.ts';

const CAPTURES = join(import.meta.dirname, '../../../../test/captures');
const captured = readdirSync(CAPTURES, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.jsonl') && path.includes('projects'))
  .flatMap((path) => readFileSync(join(CAPTURES, path), 'utf8').split('\n'))
  .filter((line) => line !== '');
/** Short enough to be parsed as they are. */
const replies = captured.filter((line) => JSON.parse(line).type === 'assistant' && Buffer.byteLength(line) < 8_000);

const parserOf = (onlyCounts: boolean) =>
  createTranscriptParser({
    sessionId: 's',
    machine: 'devbox',
    owner: null,
    stream: 'history:x#0',
    locate: () => ({ repo: 'acme/widgets', remote: null, branch: null, worktree: null }),
    onlyCounts,
  });

const counted = ({ events }: ParsedLine): unknown[] =>
  events
    .filter((event) => event.type === 'TokensUsed' || event.type === 'PromptSubmitted')
    .map((event) => (event.type === 'TokensUsed' ? event.data : event.data.by));

it('counts the same as who tells everything', () => {
  const [all, counts] = [parserOf(false), parserOf(true)];
  captured.forEach((line, index) => {
    expect(counted(counts.line(line, index * 10_000, 0))).toEqual(counted(all.line(line, index * 10_000, 0)));
  });
});

it('counts the same where a message has many rows, and others stand between them', () => {
  const [all, counts] = [parserOf(false), parserOf(true)];
  const rows = replies.flatMap((line, index) => [line, line, replies[index - 1] ?? line, line]);
  rows.forEach((line, index) => {
    expect(counted(counts.line(line, index * 10_000, 0))).toEqual(counted(all.line(line, index * 10_000, 0)));
  });
});

it('tells nothing of what a reply says', () => {
  const parser = parserOf(true);
  const types = replies.flatMap((line, index) => parser.line(line, index * 10_000, 0).events.map(({ type }) => type));
  expect(new Set(types)).toEqual(new Set(['SessionLocated', 'TokensUsed']));
});

it('sets aside every reply that is no JSON, wherever it is broken', () => {
  const isJson = (line: string): boolean => {
    try {
      JSON.parse(line);
      return true;
    } catch {
      return false;
    }
  };
  const reply = fc.constantFrom(...replies);
  const piece = fc.constantFrom('', '\0', '\u0001', '"', '\\', '\\x', '{', '}', '[', ']', ',', ':', 'x', '}{', '[,]');
  const broken = fc.tuple(reply, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(40), piece, reply).map(
    // Some bytes of a line are lost, or replaced; or another line begins where it breaks off.
    ([line, where, lost, instead, next]) => {
      const at = Math.floor(where * line.length);
      return lost === 0 ? line.slice(0, at) + next : line.slice(0, at) + instead + line.slice(at + lost);
    },
  );
  fc.assert(
    fc.property(broken, (line) => {
      const { problem } = parserOf(true).line(line, 0, 0);
      if (!isJson(line)) expect(problem).toBeDefined();
      else expect(problem).toBe(parserOf(false).line(line, 0, 0).problem);
    }),
    { numRuns: 3_000 },
  );
});
