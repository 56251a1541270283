import { setTimeout as sleep } from 'node:timers/promises';
import { openRedisLog } from '@crewboard/event-log';
import { createRandom, type Random } from '../../cli/src/demo/random.ts';
import { compare, createLogReader, type Verdict } from './check.ts';
import { type Fault, faultOf, KINDS, type Kind } from './faults.ts';
import { createOffline } from './offline.ts';
import { openPage } from './page.ts';
import { OWNER, startTeam, type Team } from './team.ts';

export interface RoundsOptions {
  folder: string;
  seed: number;
  /** Their numbers, in order: the fault of a number is always the same. */
  rounds: readonly number[];
  /** Whether a browser looks on too. */
  hasPage: boolean;
  isVerbose: boolean;
}

export interface Report {
  rounds: number;
  seed: number;
  seconds: number;
  faults: Partial<Record<Kind, number>>;
  sessions: number;
  events: number;
  /** Entries of the log that said something again: none of them was applied again. */
  repeats: number;
  /** How often somebody who looked on had to connect again; no page was ever reloaded. */
  returns: number;
  lost: number;
  twice: number;
  wrong: number;
  slowestRecoveryMs: Partial<Record<Kind, number>>;
  failedRounds: number[];
}

/** A round's load lasts so long; a fault that lasts longer makes it longer. */
const LOAD_MS = 2_500;
const WRITE_EVERY_MS = 100;
/** So many of the machines write each time. */
const WRITERS = 8;
/** So long after the fault the board may take to be right. */
const RECOVERY_MS = 40_000;
const LOOK_EVERY_MS = 150;
const SHOWN = 6;

/** The kinds in an order of chance, all before any comes again. */
const kindOf = (seed: number, round: number, kinds: readonly Kind[]): Kind => {
  const block = Math.floor((round - 1) / kinds.length);
  const random = createRandom(seed * 7_919 + block);
  const left = [...kinds];
  for (let at = (round - 1) % kinds.length; at > 0; at--) left.splice(random.int(0, left.length - 1), 1);
  return random.pick(left);
};

/** Lets the machines write until the signal. */
const play = async ({ machines }: Team, random: Random, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    for (let count = 0; count < WRITERS; count++) random.pick(machines).write(random);
    await sleep(WRITE_EVERY_MS);
  }
  for (const machine of machines) machine.finishLine();
};

const strike = async (fault: Fault, random: Random): Promise<void> => {
  await sleep(random.int(200, LOAD_MS - 500));
  await fault.strike();
  await sleep(fault.lastsMs);
  await fault.heal();
};

const countOf = ({ lost, twice, wrong }: Verdict): number => lost.length + twice.length + wrong.length;

/** Round after round of load with one fault in it; after each the boards must be what the input says. */
export const runRounds = async ({ folder, seed, rounds, hasPage, isVerbose }: RoundsOptions): Promise<Report> => {
  const begun = performance.now();
  const team = await startTeam(folder, seed);
  const kinds = KINDS.filter((kind) => kind !== 'full disk' || team.disks.size > 0);
  if (kinds.length < KINDS.length) console.log('No small disk can be mounted here: none will be full.');
  const page = hasPage ? await openPage(team.pageUrl) : undefined;
  const log = await openRedisLog({ url: team.redisUrl });
  const logged = createLogReader(log);
  const offline = createOffline(OWNER);
  const report: Report = {
    rounds: 0,
    seed,
    seconds: 0,
    faults: {},
    sessions: 0,
    events: 0,
    repeats: 0,
    returns: 0,
    lost: 0,
    twice: 0,
    wrong: 0,
    slowestRecoveryMs: {},
    failedRounds: [],
  };

  const judge = async (): Promise<Verdict> => {
    await logged.read();
    return compare(team, page, offline.sessions(), logged);
  };

  /** Waits until all is right. Answers what was not, when the time is over. */
  const recover = async (): Promise<Verdict> => {
    await offline.update(team.machines);
    const giveUpAt = performance.now() + RECOVERY_MS;
    for (;;) {
      const verdict = await judge().catch((error: unknown) => ({ lost: [], twice: [], wrong: [String(error)] }));
      if (countOf(verdict) === 0 || performance.now() > giveUpAt) return verdict;
      await sleep(LOOK_EVERY_MS);
    }
  };

  const runRound = async (round: number): Promise<void> => {
    const random = createRandom(seed * 1_000_003 + round);
    const fault = faultOf(team, kindOf(seed, round, kinds), random);
    const load = new AbortController();
    const playing = play(team, createRandom(random.int(1, 1e9)), load.signal);
    const least = sleep(LOAD_MS);
    await strike(fault, random);
    const healedAt = performance.now();
    await least;
    load.abort();
    await playing;
    const endedAt = performance.now();
    const verdict = await recover();
    for (const machine of team.machines) machine.setBoardClock(false);
    // What came while it still wrote was at work on the load, not on the fault.
    const tookMs = Math.round(performance.now() - Math.max(healedAt, endedAt));
    verdict.wrong.push(...team.viewers.flatMap((viewer) => viewer.takeFaults()), ...(page?.takeFaults() ?? []));
    report.rounds += 1;
    report.faults[fault.kind] = (report.faults[fault.kind] ?? 0) + 1;
    report.slowestRecoveryMs[fault.kind] = Math.max(report.slowestRecoveryMs[fault.kind] ?? 0, tookMs);
    report.lost += verdict.lost.length;
    report.twice += verdict.twice.length;
    report.wrong += verdict.wrong.length;
    const isRight = countOf(verdict) === 0;
    const { lost, twice, wrong } = verdict;
    const outcome = isRight ? 'right' : `${lost.length} lost, ${twice.length} twice, ${wrong.length} wrong`;
    console.log(
      `round ${round}: ${fault.kind} of ${fault.at} for ${fault.lastsMs} ms, ${outcome} after ${tookMs} ms` +
        `, ${offline.sessions().size} sessions, ${logged.ids.size} events`,
    );
    if (isRight) return;
    report.failedRounds.push(round);
    console.log(`  again: npm run chaos -- --seed ${seed} --round ${round}`);
    for (const line of [lost, twice, wrong].flatMap((lines) => lines.slice(0, SHOWN))) console.log(`  ${line}`);
    if (isVerbose) for (const part of team.parts) console.log(`── ${part.name}\n${part.output().slice(-3_000)}`);
  };

  try {
    for (const round of rounds) await runRound(round);
  } finally {
    await page?.close();
    await log.close();
    await team.stop();
  }
  report.seconds = Math.round((performance.now() - begun) / 1_000);
  report.sessions = offline.sessions().size;
  report.events = logged.ids.size;
  report.repeats = logged.repeats;
  report.returns = team.viewers.reduce((sum, viewer) => sum + viewer.returns, 0);
  return report;
};
