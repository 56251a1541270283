// `npm run soak -- --minutes 60`: a team at work, and what its processes take, minute by minute. See docs/chaos.md.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { prepare } from '../../bench/process.ts';
import { createRandom } from '../../cli/src/demo/random.ts';
import { openJudge } from './judge.ts';
import { play } from './load.ts';
import type { Part } from './part.ts';
import { startTeam } from './team.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '3' } } });
const minutes = z.coerce.number().int().min(3).parse(values.minutes);
/** The first third warms up: caches fill, and the first sessions grow old. */
const WARM_SHARE = 1 / 3;
/** How much more of it there may be at the end than after the warm-up. */
const LEEWAY = { rssMb: 40, fds: 10, watches: 60 };

interface Taken {
  rssMb: number;
  fds: number;
  watches: number;
}

const fdinfo = (pid: number, fd: string): string => {
  try {
    return readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
  } catch {
    return '';
  }
};

const takenBy = ({ pid }: Part): Taken => {
  if (pid === undefined) throw new Error('a part has ended');
  const fds = readdirSync(`/proc/${pid}/fd`);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    rssMb: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024),
    fds: fds.length,
    watches: fds.reduce((sum, fd) => sum + (fdinfo(pid, fd).match(/^inotify /gm)?.length ?? 0), 0),
  };
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
prepare();
const folder = mkdtempSync(join(tmpdir(), 'crewboard-soak-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
const team = await startTeam(folder, 1);
const judge = await openJudge(team);
const random = createRandom(1);
const samples: Record<string, Taken>[] = [];
let findings = 0;
for (let minute = 1; minute <= minutes; minute++) {
  await play(team, random, AbortSignal.timeout(60_000));
  const pausedAt = performance.now();
  findings += (await judge.untilRight()).length;
  const caughtUpMs = Math.round(performance.now() - pausedAt);
  await sleep(1_000);
  const taken = Object.fromEntries(team.parts.map((part) => [part.name, takenBy(part)]));
  samples.push(taken);
  const redisKeys = await team.redis.dbsize();
  console.log(JSON.stringify({ minute, sessions: judge.sessions, events: judge.events, caughtUpMs, redisKeys, taken }));
}
const warm = samples[Math.floor(minutes * WARM_SHARE)] ?? {};
const last = samples.at(-1) ?? {};
// Redis keeps the log: it grows with the events, and is left out.
const grown = Object.entries(last).flatMap(([name, taken]) =>
  (['rssMb', 'fds', 'watches'] as const)
    .filter((what) => name !== 'redis' && taken[what] - (warm[name]?.[what] ?? 0) > LEEWAY[what])
    .map((what) => `${name}: ${what} from ${warm[name]?.[what]} to ${taken[what]}`),
);
const restarts = team.parts.filter(({ starts }) => starts > 1).map(({ name }) => name);
console.log(JSON.stringify({ minutes, findings, grown, restarts, isFlat: grown.length === 0 }));
if (findings + grown.length + restarts.length > 0) process.exitCode = 1;
await judge.close();
await team.stop();
process.exit();
