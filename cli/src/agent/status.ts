import { readdir, stat } from 'node:fs/promises';
import { MACHINE_REPORT_MS, type MachineReport } from '@crewboard/contract';
import { type AgentConfig, findTarget, NotJoined, runningAgent } from '@crewboard/ingest';
import { compareVersions } from '@crewboard/ingest/hook-settings';
import type { LocalReport } from '@crewboard/ingest/local-report';
import { version } from '../../package.json' with { type: 'json' };
import { lastReport } from '../last-report.ts';
import { appsDir, isKeptRunning, keeperHere } from './install/system.ts';

/** How the agent of this machine fares. Times are in ms since 1970. */
export interface AgentStatus {
  joined: { url: string; machine: string | null; owner: string | null } | null;
  installed: { as: string; version: string | null; isRunning: boolean; log: string } | null;
  running: { pid: number; tells: string; version: string | null; startedAt: number | null } | null;
  board: { version: string | null; clockSkewMs: number | null } | null;
  sent: { acceptedAt: number | null; queuedEvents: number } | null;
  privacy: MachineReport['privacy'] | null;
  /** What is wrong, and what to do next; null where all is well. */
  next: string | null;
}

/** What this machine's own files and system say: nothing is asked of the board, `crewboard doctor` does that. */
export const agentStatus = async (env: NodeJS.ProcessEnv, config: AgentConfig, now: number): Promise<AgentStatus> => {
  const dataDir = config.CREWBOARD_DATA_DIR;
  const [joined, installed, running] = await Promise.all([
    findJoined(config),
    findInstalled(env, dataDir),
    runningAgent(dataDir, now),
  ]);
  const last = await lastReport(dataDir);
  const report = running && last && now - last.at < 3 * MACHINE_REPORT_MS ? last : undefined;
  const status: Omit<AgentStatus, 'next'> = {
    joined: 'url' in joined ? joined : null,
    installed,
    running: running
      ? {
          pid: running.pid,
          tells: running.tells,
          version: report?.agentVersion ?? null,
          startedAt: report?.startedAt ?? null,
        }
      : null,
    board: report ? { version: report.standing.boardVersion, clockSkewMs: report.standing.clockSkewMs } : null,
    sent: report ? { acceptedAt: report.acceptedAt, queuedEvents: report.queuedEvents } : null,
    privacy: report?.privacy ?? null,
  };
  return { ...status, next: 'trouble' in joined ? joined.trouble : nextStep(status, report) };
};

const findJoined = async (
  config: AgentConfig,
): Promise<NonNullable<AgentStatus['joined']> | { trouble: string | null }> => {
  try {
    const target = await findTarget(config);
    if (target.kind === 'redis') return { url: 'Redis', machine: null, owner: null };
    return { url: target.url, machine: target.identity?.machine ?? null, owner: target.identity?.owner ?? null };
  } catch (error) {
    if (error instanceof NotJoined)
      return { trouble: 'This machine has joined no board: ask for an invitation, then crewboard agent --join <link>' };
    return { trouble: error instanceof Error ? error.message : String(error) };
  }
};

const findInstalled = async (env: NodeJS.ProcessEnv, dataDir: string): Promise<AgentStatus['installed']> => {
  const keeper = keeperHere(env, dataDir);
  if (!keeper || !(await stat(keeper.path).catch(() => undefined))) return null;
  const copies = await readdir(appsDir(dataDir)).catch(() => []);
  return {
    as: keeper.what,
    version:
      copies
        .filter((name) => !name.endsWith('.new'))
        .sort(compareVersions)
        .at(-1) ?? null,
    isRunning: await isKeptRunning(keeper),
    log: keeper.log,
  };
};

const nextStep = (
  { joined, installed, running }: Pick<AgentStatus, 'joined' | 'installed' | 'running'>,
  report: LocalReport | undefined,
): string | null => {
  if (installed?.version === null) return 'The copy of the agent is gone: crewboard agent --install';
  if (installed && !installed.isRunning) {
    return `The installed agent does not run. Its log tells why (${installed.log}); crewboard agent --install begins it anew.`;
  }
  if (!running) {
    return installed
      ? `The installed agent was begun, and does not report: its log tells why (${installed.log}).`
      : 'No agent runs here: crewboard agent --install keeps one running, crewboard agent runs one now.';
  }
  if (report?.standing.trouble) return report.standing.trouble;
  if (joined && running.tells !== joined.url) {
    return `The agent that runs tells ${running.tells}, not ${joined.url}: stop it, and start it again.`;
  }
  if (installed?.version && installed.version !== version) {
    return `Version ${installed.version} is installed, this is ${version}: crewboard agent --install replaces it.`;
  }
  return null;
};
