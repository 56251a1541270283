// `npm run chaos -- --rounds 200 --seed 1`: see docs/chaos.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare } from '../../bench/process.ts';
import { typedArgs } from '../support/typed-args.ts';
import { runRounds } from './rounds.ts';

const USAGE = `npm run chaos -- [--rounds 16] [--seed 1] [--from 1] [--verbose]

Runs a whole team as real processes, breaks something in each round, and compares the boards with the transcripts.
  --rounds   so many faults, one after the other
  --seed     the same seed and round give the same fault
  --from     the first round's number
  --page     a page in Chromium looks on (npm run chaos says so itself)
  --verbose  what the parts say
See docs/chaos.md. The exit code is 1 where something was lost, told twice or wrong.`;

const args = typedArgs(USAGE, {
  rounds: { type: 'string', default: '16' },
  seed: { type: 'string', default: '1' },
  from: { type: 'string', default: '1' },
  page: { type: 'boolean', default: false },
  verbose: { type: 'boolean', default: false },
});
const { page, verbose } = args.values;
const [rounds, seed, from] = [args.whole('rounds'), args.whole('seed'), args.whole('from')];
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
