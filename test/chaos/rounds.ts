import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom, type Random } from '../../cli/src/demo/random.ts';
import type { Finding } from './check.ts';
import { type Fault, faultOf, KINDS, type Kind } from './faults.ts';
import { openJudge } from './judge.ts';
import { play } from './load.ts';
import { openPage } from './page.ts';
import { startTeam } from './team.ts';

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
  /** Sessions that were found wrong and are so to the end: later rounds say nothing of them. */
  leftOut: number;
  slowestRecoveryMs: Partial<Record<Kind, number>>;
  failedRounds: number[];
}

/** A round's load lasts so long; a fault that lasts longer makes it longer. */
const LOAD_MS = 1_500;
const SHOWN = 12;

/** The kinds in an order of chance, all before any comes again. */
const kindOf = (seed: number, round: number, kinds: readonly Kind[]): Kind => {
  const block = Math.floor((round - 1) / kinds.length);
  const random = createRandom(seed * 7_919 + block);
  const left = [...kinds];
  for (let at = (round - 1) % kinds.length; at > 0; at--) left.splice(random.int(0, left.length - 1), 1);
  return random.pick(left);
};

const strike = async (fault: Fault, random: Random): Promise<void> => {
  await sleep(random.int(200, LOAD_MS - 300));
  await fault.strike();
  await sleep(fault.lastsMs);
  await fault.heal();
};

/** Round after round of load with one fault in it; after each the boards must be what the input says. */
export const runRounds = async ({ folder, seed, rounds, hasPage, isVerbose }: RoundsOptions): Promise<Report> => {
  const begun = performance.now();
  const team = await startTeam(folder, seed);
  const kinds = KINDS.filter((kind) => kind !== 'full disk' || team.disks.size > 0);
  if (kinds.length < KINDS.length) console.log('No small disk can be mounted here: none will be full.');
  const page = hasPage ? await openPage(team.pageUrl) : undefined;
  const judge = await openJudge(team, { page });
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
    leftOut: 0,
    slowestRecoveryMs: {},
    failedRounds: [],
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
    const findings = await judge.untilRight();
    for (const machine of team.machines) machine.setBoardClock(false);
    const tookMs = Math.round(performance.now() - Math.max(healedAt, endedAt));
    const faults = [...team.viewers, ...(page ? [page] : [])].flatMap((viewer) => viewer.takeFaults());
    findings.push(...faults.map((says): Finding => ({ kind: 'wrong', says })));
    const count = (kind: Finding['kind']): number => findings.filter((finding) => finding.kind === kind).length;
    report.rounds += 1;
    report.faults[fault.kind] = (report.faults[fault.kind] ?? 0) + 1;
    report.slowestRecoveryMs[fault.kind] = Math.max(report.slowestRecoveryMs[fault.kind] ?? 0, tookMs);
    for (const kind of ['lost', 'twice', 'wrong'] as const) report[kind] += count(kind);
    const isRight = findings.length === 0;
    const outcome = isRight ? 'right' : `${count('lost')} lost, ${count('twice')} twice, ${count('wrong')} wrong`;
    console.log(
      `round ${round}: ${fault.kind} of ${fault.at} for ${fault.lastsMs} ms, ${outcome} after ${tookMs} ms` +
        `, ${judge.sessions} sessions, ${judge.events} events${judge.leftOut > 0 ? `, ${judge.leftOut} left out` : ''}`,
    );
    if (isRight) return;
    report.failedRounds.push(round);
    console.log(`  again: npm run chaos -- --seed ${seed} --from ${round} --rounds 1`);
    for (const { says } of findings.slice(0, SHOWN)) console.log(`  ${says}`);
    if (isVerbose) for (const part of team.parts) console.log(`── ${part.name}\n${part.output().slice(-3_000)}`);
  };

  try {
    for (const round of rounds) await runRound(round);
  } finally {
    await page?.close();
    await judge.close();
    await team.stop();
  }
  report.seconds = Math.round((performance.now() - begun) / 1_000);
  report.sessions = judge.sessions;
  report.events = judge.events;
  report.leftOut = judge.leftOut;
  report.repeats = judge.repeats;
  report.returns = team.viewers.reduce((sum, viewer) => sum + viewer.returns, 0);
  return report;
};
