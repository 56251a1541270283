import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type HookVariant, hookCommand, spoolFolder } from '@crewboard/ingest/hook-settings';
import { z } from 'zod';
import { installScript, MAX_WAITING } from '../cli/src/hooks/script.ts';
import { tempDir } from './process.ts';
import { type Benchmark, percentiles, quantile, type Row, rounded } from './report.ts';

const argsSchema = z.object({ n: z.coerce.number().int().min(1) });

/** As the client sends them: a tool call's, and one that holds a large result. */
const PAYLOADS = [
  { payload: '3 kB', bytes: 3_000 },
  { payload: '1 MB', bytes: 1_000_000 },
] as const;
/** With an agent that empties it, and without one. */
const SPOOLS = [
  { spool: 'empty', waiting: 0 },
  { spool: 'full', waiting: MAX_WAITING },
] as const;

const textOf = (bytes: number): string =>
  JSON.stringify({ session_id: 'bench', hook_event_name: 'PostToolUse', tool_response: 'x'.repeat(bytes) });

/** Runs a command as the client does; answers how long it took from the spawn until its output was closed, in ms. */
const runOnce = (command: string, payload: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn('/bin/sh', ['-c', command], { stdio: 'pipe' });
    let output = 0;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.length));
    child.on('error', reject);
    child.stdin.on('error', reject);
    child.on('close', (code) => {
      if (code === 0 && output === 0) resolve(performance.now() - startedAt);
      else reject(new Error(`the hook ended with ${code} and said ${output} bytes: ${command}`));
    });
    child.stdin.end(payload);
  });

const fill = (spool: string, waiting: number): void => {
  if (readdirSync(spool).length === waiting) return;
  rmSync(spool, { recursive: true });
  mkdirSync(spool, { mode: 0o700 });
  for (let index = 0; index < waiting; index++) writeFileSync(join(spool, `${index}.json`), '{}');
};

export const benchmark: Benchmark = {
  about: 'What a hook costs from spawn to exit, beside a shell that only reads its input (--n 200)',
  run: async (args) => {
    const { values } = parseArgs({ args: [...args], options: { n: { type: 'string', default: '200' } } });
    const { n } = argsSchema.parse(values);
    const dataDir = tempDir();
    const variants: HookVariant[] = ['sh', 'node'];
    for (const variant of variants) await installScript(dataDir, variant);
    const commands = [
      { hook: 'none (cat >/dev/null)', command: 'cat >/dev/null' },
      ...variants.map((variant) => ({ hook: variant, command: hookCommand(dataDir, variant) })),
    ];
    const rows: Row[] = [];
    for (const { payload, bytes } of PAYLOADS) {
      for (const { spool, waiting } of SPOOLS) {
        const samples = commands.map(({ hook }) => ({ hook, ms: [] as number[] }));
        // In turns: what else the machine does falls on all alike.
        for (let round = 0; round < n; round++) {
          for (const [index, { command }] of commands.entries()) {
            fill(spoolFolder(dataDir), waiting);
            samples[index]?.ms.push(await runOnce(command, textOf(bytes)));
          }
        }
        const bare = quantile(samples[0]?.ms ?? [], 0.5);
        for (const { hook, ms } of samples) {
          const more = rounded(quantile(ms, 0.5) - bare, 2);
          rows.push({ hook, payload, spool, ...percentiles(ms), 'more than none, p50 ms': more });
        }
      }
    }
    return rows;
  },
};
