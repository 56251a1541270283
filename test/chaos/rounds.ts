import { setTimeout as sleep } from 'node:timers/promises';
import { type Session, sessionSchema } from '@crewboard/contract';
import { openRedisLog } from '@crewboard/event-log';
import { z } from 'zod';
import { createRandom, type Random } from '../../cli/src/demo/random.ts';
import { checkBoard, checkLog, type Finding } from './check.ts';
import { type Fault, faultOf, KINDS, type Kind } from './faults.ts';
import { createLogReader } from './log-reader.ts';
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
const LOAD_MS = 1_500;
const WRITE_EVERY_MS = 100;
/** So many of the machines write each time. */
const WRITERS = 8;
/** So long after the fault the board may take to be right. */
const RECOVERY_MS = 40_000;
const LOOK_EVERY_MS = 150;
const SHOWN = 12;

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
  await sleep(random.int(200, LOAD_MS - 300));
  await fault.strike();
  await sleep(fault.lastsMs);
  await fault.heal();
};

const boardSchema = z.object({ sessions: z.array(sessionSchema) });

const fetchBoard = async (gateway: string): Promise<Session[]> => {
  const response = await fetch(`${gateway}/api/board`, { signal: AbortSignal.timeout(5_000) });
  return boardSchema.parse(await response.json()).sessions;
};

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

  /** Sessions that an earlier round found something of: it is told once. */
  const told = new Set<string | undefined>();

  const judge = async (): Promise<Finding[]> => {
    await logged.read();
    const boards = new Map<string, Session[]>();
    for (const gateway of team.gateways) boards.set(gateway, await fetchBoard(gateway));
    for (const viewer of team.viewers) boards.set(viewer.name, [...viewer.board().sessions.values()]);
    if (page) boards.set('the page', await page.sessions());
    const expected = offline.sessions();
    const now = Date.now();
    const findings = [...boards].flatMap(([where, sessions]) => checkBoard(where, sessions, expected, logged, now));
    return [...checkLog(expected, logged), ...findings].filter(({ sessionId }) => !told.has(sessionId));
  };

  /** Waits until all is right. Answers what was not, when the time is over. */
  const recover = async (): Promise<Finding[]> => {
    await offline.update(team.machines);
    const giveUpAt = performance.now() + RECOVERY_MS;
    for (;;) {
      const findings = await judge().catch((error: unknown): Finding[] => [{ kind: 'wrong', says: String(error) }]);
      if (findings.length === 0 || performance.now() > giveUpAt) return findings;
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
    const findings = await recover();
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
        `, ${offline.sessions().size} sessions, ${logged.ids.size} events`,
    );
    if (isRight) return;
    report.failedRounds.push(round);
    for (const { sessionId } of findings) if (sessionId !== undefined) told.add(sessionId);
    console.log(`  again: npm run chaos -- --seed ${seed} --round ${round}`);
    for (const { says } of findings.slice(0, SHOWN)) console.log(`  ${says}`);
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
