// `npm run chaos -- --rounds 200 --seed 1`: see docs/chaos.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { prepare } from '../../bench/process.ts';
import { runRounds } from './rounds.ts';

const whole = z.coerce.number().int().min(1);
const argsSchema = z.object({
  rounds: whole,
  seed: whole,
  from: whole,
  page: z.boolean(),
  verbose: z.boolean(),
});

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '16' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
    page: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
const { rounds, seed, from, page, verbose } = argsSchema.parse(values);
// What it has started and mounted goes with its exit.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
prepare();
const folder = mkdtempSync(join(tmpdir(), 'crewboard-chaos-'));
try {
  const numbers = Array.from({ length: rounds }, (_, index) => from + index);
  const report = await runRounds({ folder, seed, rounds: numbers, hasPage: page, isVerbose: verbose });
  console.log(JSON.stringify(report, null, 2));
  if (report.lost + report.twice + report.wrong > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
process.exit();
