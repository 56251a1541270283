// `npm run fuzz`: sends hostile inputs through every place where something from outside comes in. Repeatable by its seed.
import { formatTable } from '../../bench/report.ts';
import { typedArgs } from '../support/typed-args.ts';
import { openDoors } from './doors.ts';
import { type Find, fuzz, type Tally } from './engine.ts';
import { startWatchdog } from './watchdog.ts';

const USAGE = `npm run fuzz -- [--inputs 1000000] [--seed 1] [--only <boundary>] [--short] [--json]

Sends hostile inputs through every place where something from outside comes in. The same seed sends the same.
See docs/security.md. The exit code is 1 where something was found.`;

const args = typedArgs(USAGE, {
  inputs: { type: 'string', default: '1000000' },
  seed: { type: 'string', default: '1' },
  short: { type: 'boolean', default: false },
  only: { type: 'string' },
  json: { type: 'boolean', default: false },
});
const { values } = args;

const SHORT_INPUTS = 20_000;
/** Longer than anything that is no hang takes on a machine that is busy with something else. */
const PATIENCE_MS = 60_000;

const show = ({ boundary, seed, input, reason }: Find): void => {
  console.log(`\nFIND ${boundary}: npm run fuzz -- --only ${boundary} --seed ${seed} --inputs 1000`);
  console.log(`  input:  ${input}\n  reason: ${reason.replaceAll('\n', '\n          ')}`);
};

const rowOf = ({ boundary, inputs, accepted, refused, slowestMs, heapGrowthMb, tookMs, finds }: Tally) => ({
  boundary,
  inputs,
  accepted,
  refused,
  'slowest ms': Math.round(slowestMs * 10) / 10,
  'heap MB': Math.round(heapGrowthMb * 10) / 10,
  seconds: Math.round(tookMs / 100) / 10,
  finds: finds.length,
});

const inputs = values.short ? SHORT_INPUTS : args.whole('inputs');
const seed = args.whole('seed', 0);
const boundaries = await openDoors();
const chosen = boundaries.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0) throw new Error(`--only is one of: ${boundaries.map(({ name }) => name).join(', ')}`);

const shares = chosen.reduce((sum, { share }) => sum + share, 0);
const watchdog = startWatchdog(PATIENCE_MS);
const tallies: Tally[] = [];
for (const boundary of chosen) {
  const tally = await fuzz(boundary, { count: Math.ceil((inputs * boundary.share) / shares), seed, watchdog });
  tallies.push(tally);
  if (!values.json) console.log(`${boundary.name}: ${tally.inputs} inputs, ${tally.finds.length} finds`);
  if (!values.json) for (const find of tally.finds) show(find);
}
await watchdog.stop();

const finds = tallies.flatMap((tally) => tally.finds);
const total = tallies.reduce((sum, tally) => sum + tally.inputs, 0);
if (values.json) console.log(JSON.stringify({ seed, total, tallies }, null, 2));
else {
  console.log(`\n${formatTable(tallies.map(rowOf))}`);
  console.log(`\n${total} inputs at ${tallies.length} boundaries, seed ${seed}: ${finds.length} finds`);
}
process.exit(finds.length === 0 ? 0 : 1);
