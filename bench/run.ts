import { type Benchmark, formatTable, machineFacts } from './report.ts';

const load: Record<string, () => Promise<{ benchmark: Benchmark }>> = {
  'cold-start': () => import('./cold-start.ts'),
  latency: () => import('./latency.ts'),
  idle: () => import('./idle.ts'),
  log: () => import('./log.ts'),
  fold: () => import('./fold.ts'),
  page: () => import('./page.ts'),
  team: () => import('./team.ts'),
  truth: () => import('./truth.ts'),
  hook: () => import('./hook.ts'),
};

const [name, ...rest] = process.argv.slice(2);
const loader = name === undefined ? undefined : load[name];

if (loader) {
  const isJson = rest.includes('--json');
  const { benchmark } = await loader();
  const measured = await benchmark.run(rest.filter((arg) => arg !== '--json'));
  const { rows, more } = Array.isArray(measured) ? { rows: measured, more: {} } : measured;
  const machine = machineFacts();
  if (isJson) {
    console.log(JSON.stringify({ benchmark: name, machine, rows, ...more }, null, 2));
  } else {
    const { cores, cpu, memoryGiB, node, platform } = machine;
    console.log(`${benchmark.about}\n${cores} cores (${cpu}), ${memoryGiB} GiB, Node.js ${node}, ${platform}\n`);
    console.log(formatTable(rows));
    for (const [title, table] of Object.entries(more)) console.log(`\n${title}\n\n${formatTable(table)}`);
  }
} else {
  if (name !== undefined) console.error(`There is no benchmark “${name}”.\n`);
  console.log('npm run bench -- <name> [--json]\n');
  for (const [known, loadIt] of Object.entries(load)) {
    console.log(`  ${known.padEnd(12)}${(await loadIt()).benchmark.about}`);
  }
  process.exitCode = name === undefined ? 0 : 1;
}
