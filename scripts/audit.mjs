// `npm run audit`: fails where a package that people install has a known fault of severity high or above.
import { spawnSync } from 'node:child_process';
import { root } from './sources.mjs';

/** What npm says where the registry keeps no advisories, as many mirrors do. */
const isUnanswered = (report) => report?.error !== undefined || report?.metadata?.vulnerabilities === undefined;

const parse = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const args = ['audit', '--omit=dev', '--audit-level=high', '--json'];
const { stdout } = spawnSync('npm', args, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' });
const report = parse(stdout);

if (isUnanswered(report)) {
  console.log('audit: this registry answers no questions about known faults; nothing was checked');
} else {
  const { high = 0, critical = 0, moderate = 0, low = 0 } = report.metadata.vulnerabilities;
  for (const { name, severity, range } of Object.values(report.vulnerabilities ?? {})) {
    if (severity === 'high' || severity === 'critical') console.log(`${severity}: ${name} ${range}`);
  }
  console.log(`audit: ${critical} critical, ${high} high, ${moderate} moderate, ${low} low in what is installed`);
  process.exitCode = high + critical === 0 ? 0 : 1;
}
