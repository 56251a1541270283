import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { Random } from '../cli/src/demo/random.ts';
import { createEntryWriter } from './tree/entries.ts';

const headSchema = z.looseObject({ cwd: z.string(), gitBranch: z.string(), sessionId: z.string() });

/** The output tokens of a call: how many calls the board has counted can be told from its tokens. */
export const CALL_TOKENS = 100;

/** Appends to one transcript what shows on its card at once: a tool call with a command that occurs nowhere else. */
export interface Probe {
  sessionId: string;
  /** Writes the result of the call before, if that is still open, and this one; answers the moment before the write (`performance.now()`). */
  call(command: string): number;
  /** The lines of such calls, for `append`: to make them takes longer than to write them. */
  lines(commands: readonly string[]): string;
  append(lines: string): number;
  /** Writes the result of the last call. */
  finish(): void;
}

/** A probe for every session of a tree. */
export const probesOf = (claudeDir: string, random: Random): Probe[] =>
  readdirSync(join(claudeDir, 'projects'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonl') && !path.includes('subagents'))
    .sort()
    .map((path) => createProbe(join(claudeDir, 'projects', path), random));

const createProbe = (path: string, random: Random): Probe => {
  const sessionId = basename(path, '.jsonl');
  const line =
    readFileSync(path, 'utf8')
      .split('\n')
      .find((text) => text.includes('"cwd":')) ?? '';
  const { cwd, gitBranch } = headSchema.parse(JSON.parse(line));
  const writer = createEntryWriter(
    { sessionId, cwd, branch: gitBranch, model: 'claude-opus-5-5', agentId: null },
    random,
  );
  let toolUseId: string | undefined;
  const result = (): string => {
    const line = toolUseId === undefined ? '' : writer.toolResult(Date.now(), toolUseId, 'ok', false);
    toolUseId = undefined;
    return line;
  };
  const callLines = (command: string): string => {
    const before = result();
    toolUseId = `toolu_${random.hex(24)}`;
    const use = { input: 10, output: CALL_TOKENS, cacheRead: 20_000, cacheWrite: 500 };
    const head = { id: `msg_${random.hex(24)}`, stopReason: 'tool_use' as const, use };
    const block = { type: 'tool_use' as const, id: toolUseId, name: 'Bash', input: { command } };
    return before + writer.assistant(Date.now(), head, block, 0);
  };
  const append = (lines: string): number => {
    const at = performance.now();
    appendFileSync(path, lines);
    return at;
  };
  return {
    sessionId,
    call: (command) => append(callLines(command)),
    lines: (commands) => commands.map(callLines).join(''),
    append,
    finish: () => appendFileSync(path, result()),
  };
};
