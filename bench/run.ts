import { type Benchmark, formatTable, machineFacts } from './report.ts';
import { measureShort, measureTable, toRow } from './table/table.ts';

const load: Record<string, () => Promise<{ benchmark: Benchmark }>> = {
  'cold-start': () => import('./cold-start.ts'),
  latency: () => import('./latency.ts'),
  idle: () => import('./idle.ts'),
  log: () => import('./log.ts'),
  fold: () => import('./fold.ts'),
  rebuild: () => import('./rebuild.ts'),
  scaling: () => import('./scaling.ts'),
  ingest: () => import('./ingest.ts'),
  'fan-out': () => import('./fan-out.ts'),
  join: () => import('./join.ts'),
  page: () => import('./page.ts'),
  team: () => import('./team.ts'),
  truth: () => import('./truth.ts'),
  hook: () => import('./hook.ts'),
};

const loadBenchmark = async (name: string): Promise<Benchmark> => {
  const loader = load[name];
  if (!loader) throw new Error(`there is no benchmark “${name}”`);
  return (await loader()).benchmark;
};

const machine = machineFacts();
const machineLine = `${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB, Node.js ${machine.node}, ${machine.platform}`;

const runOne = async (name: string, args: readonly string[], isJson: boolean): Promise<void> => {
  const benchmark = await loadBenchmark(name);
  const measured = await benchmark.run(args);
  const { rows, more } = Array.isArray(measured) ? { rows: measured, more: {} } : measured;
  if (isJson) {
    console.log(JSON.stringify({ benchmark: name, machine, rows, ...more }, null, 2));
    return;
  }
  console.log(`${benchmark.about}\n${machineLine}\n`);
  console.log(formatTable(rows));
  for (const [title, table] of Object.entries(more)) console.log(`\n${title}\n\n${formatTable(table)}`);
};

const runTable = async (isShort: boolean, isJson: boolean): Promise<void> => {
  const begun = performance.now();
  const measure = isShort ? measureShort : measureTable;
  const { calibrationMs, measured } = await measure(loadBenchmark, (name) => console.error(`… ${name}`));
  const seconds = Math.round((performance.now() - begun) / 1_000);
  const date = new Date().toISOString().slice(0, 10);
  if (isJson) console.log(JSON.stringify({ machine, date, seconds, calibrationMs, table: measured }, null, 2));
  else {
    console.log(`${machineLine}\n${date}, ${seconds} s, calibration loop ${calibrationMs.toFixed(1)} ms\n`);
    console.log(formatTable(measured.map(toRow)));
  }
  const farOff = measured.filter((row) => row.isFarOff).map(({ figure }) => figure);
  if (!isShort || farOff.length === 0) return;
  console.error(`\nFar off, three times over: ${farOff.join('; ')}`);
  process.exitCode = 1;
};

const list = async (): Promise<void> => {
  console.log(
    'npm run bench                        the whole table, ~5 min\nnpm run bench -- --short             a few rounds of it, fails where something broke\nnpm run bench -- <name> [--json]     one of\n',
  );
  for (const known of Object.keys(load)) console.log(`  ${known.padEnd(12)}${(await loadBenchmark(known)).about}`);
};

const args = process.argv.slice(2);
const isJson = args.includes('--json');
const [name, ...rest] = args.filter((arg) => arg !== '--json');

if (name === undefined || name === '--short') await runTable(name === '--short', isJson);
else if (name === '--list' || name === '--help') await list();
else if (name in load) await runOne(name, rest, isJson);
else {
  console.error(`There is no benchmark “${name}”.\n`);
  await list();
  process.exitCode = 1;
}
