// `npm run soak -- --minutes 60`: a team at work, and whether what its processes take stays the same. See docs/chaos.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare } from '../../bench/process.ts';
import { createRandom } from '../../cli/src/demo/random.ts';
import { typedArgs } from '../support/typed-args.ts';
import { growthOf } from './growth.ts';
import { openJudge } from './judge.ts';
import { playInTurn } from './load.ts';
import { takenByParts, takenByRedis } from './taken.ts';
import { startTeam } from './team.ts';

const USAGE = `npm run soak -- [--minutes 3]

Lets a whole team of real processes work without a fault, and shows that nothing grows. See docs/chaos.md.`;

const minutes = typedArgs(USAGE, { minutes: { type: 'string', default: '3' } }).whole('minutes', 3);

const DAY_MS = 24 * 3_600_000;
/** Sessions come and go as in weeks of a real team: those that rest for this long leave the board, and the log forgets what is older. */
const RETENTION_MS = 60_000;
const LOG_AGE_MS = 90_000;
/** Sessions are short, for the same reason. */
const OLD_BYTES = 12_000;
const SAMPLE_EVERY_MS = 5_000;
const SAMPLES_A_MINUTE = 60_000 / SAMPLE_EVERY_MS;
/** Until as many sessions leave as come, and caches are full. */
const WARM_SHARE = 0.4;
/** So much more there may be at the end than after the warm-up, in what is left of the run. In a short one heaps still find their size. */
const LEEWAY = { rssMb: 20 + 120 / minutes, fds: 5, watches: 20, keys: 60, dataMb: 3 };

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
prepare();
const folder = mkdtempSync(join(tmpdir(), 'crewboard-soak-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
const status = {
  CREWBOARD_RETENTION_DAYS: String(RETENTION_MS / DAY_MS),
  CREWBOARD_LOG_DAYS: String(LOG_AGE_MS / DAY_MS),
};
const team = await startTeam(folder, 1, { status, oldBytes: OLD_BYTES });
const judge = await openJudge(team, { retentionMs: RETENTION_MS });
const random = createRandom(1);

/** What each part takes, sample by sample: by `part what`. */
const series = new Map<string, number[]>();
const note = (part: string, taken: Readonly<Record<string, number>>): void => {
  for (const [what, value] of Object.entries(taken)) {
    const name = `${part} ${what}`;
    series.set(name, [...(series.get(name) ?? []), value]);
  }
};
const sample = async (): Promise<void> => {
  for (const [part, taken] of takenByParts(team.parts)) note(part, taken);
  note('redis', await takenByRedis(team.redis));
};

let findings = 0;
for (let minute = 1; minute <= minutes; minute++) {
  for (let at = 0; at < SAMPLES_A_MINUTE; at++) {
    await playInTurn(team, random, AbortSignal.timeout(SAMPLE_EVERY_MS));
    await judge.keepUp();
    await sample();
  }
  const pausedAt = performance.now();
  const found = await judge.untilRight();
  for (const { says } of found) console.log(`  ${says}`);
  findings += found.length;
  const caughtUpMs = Math.round(performance.now() - pausedAt);
  for (const machine of team.machines) machine.tidy(Date.now() - RETENTION_MS * 1.5);
  const taken = Object.fromEntries([...series].map(([name, all]) => [name, all.at(-1)]));
  console.log(JSON.stringify({ minute, sessions: judge.sessions, events: judge.events, caughtUpMs, taken }));
}

const grown = [...series].flatMap(([name, all]) => {
  const what = name.split(' ')[1] as keyof typeof LEEWAY;
  const by = growthOf(all.slice(Math.floor(all.length * WARM_SHARE)));
  return [{ name, by: Math.round(by * 10) / 10, isTooMuch: by > LEEWAY[what] }];
});
const tooMuch = grown.filter(({ isTooMuch }) => isTooMuch);
const growth = Object.fromEntries(grown.map(({ name, by }) => [name, by]));
const restarts = team.parts.filter(({ starts }) => starts > 1).map(({ name }) => name);
console.log(
  JSON.stringify({ minutes, findings, restarts, growth, grown: tooMuch, isFlat: tooMuch.length === 0 }, null, 2),
);
if (findings + tooMuch.length + restarts.length > 0) process.exitCode = 1;
await judge.close();
await team.stop();
process.exit();
