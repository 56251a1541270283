import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MACHINE_REPORT_MS, type MachineReport } from '@crewboard/contract';
import type { Logger } from '@crewboard/runtime';
import { fileVersion } from '../file-version.ts';
import { type HooksInstalled, hooksInstalled } from '../hooks/settings.ts';
import { writePrivately } from '../private-file.ts';
import type { EventSink } from '../sink.ts';
import { findingsOf, glanceAt } from './findings.ts';
import type { LocalReport } from './local-report.ts';
import { machineReport, type Senses } from './report.ts';

/** Tells the board how this machine's agent and its senses fare: at once, and again and again. */
export interface MachineReporter {
  /** Reports until the signal aborts, then resolves. Never rejects: a report that fails stops nothing. */
  run(signal: AbortSignal): Promise<void>;
  /** Reports soon again: something changed that people wait for. */
  hurry(): void;
}

export interface MachineReporterDeps {
  claudeDir: string;
  dataDir: string;
  /** The agent's own folder: the last report lies there as `report.json`, for who asks on this machine. */
  folder: string;
  machine: string;
  owner: string | null;
  senses: () => Senses;
  sink: Pick<EventSink, 'report' | 'standing'>;
  acceptedAt: () => number | null;
  logger: Logger;
  now: () => number;
}

/** The board has so long to answer: a machine must not be taken for lost because one answer is late. */
const ANSWER_MS = MACHINE_REPORT_MS * 0.8;

export const createMachineReporter = (deps: MachineReporterDeps): MachineReporter => {
  const { machine, owner, logger, now } = deps;
  const path = join(deps.folder, 'report.json');
  const settingsPath = join(deps.claudeDir, 'settings.json');
  const startedAt = now();
  let known: { version: string; installed: HooksInstalled } | undefined;
  let pause = new AbortController();

  const note = async (report: LocalReport): Promise<void> => {
    try {
      await writePrivately(path, JSON.stringify(report));
    } catch (error) {
      logger.debug({ err: error, path }, 'the report of this machine cannot be written');
    }
  };

  const send = async (report: MachineReport, signal: AbortSignal): Promise<void> => {
    const over = new AbortController();
    const stop = (): void => over.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    const timer = setTimeout(() => over.abort(new Error(`no answer within ${ANSWER_MS} ms`)), ANSWER_MS);
    try {
      await Promise.race([deps.sink.report(report, over.signal), rejectedBy(over.signal)]);
    } catch (error) {
      logger.debug({ err: error }, 'the report of this machine did not arrive');
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  };

  /** Settings change rarely: they are read again where they did. */
  const hooks = async (): Promise<HooksInstalled> => {
    const version = fileVersion(settingsPath);
    if (known?.version !== version) known = { version, installed: await hooksInstalled(deps.claudeDir, deps.dataDir) };
    return known.installed;
  };

  const report = async (signal: AbortSignal): Promise<void> => {
    const installed = await hooks();
    const glance = glanceAt(deps.claudeDir, deps.dataDir);
    const at = now();
    const context = { machine, owner, startedAt, at, clockSkewMs: deps.sink.standing().clockSkewMs, installed };
    const told = machineReport(deps.senses(), context);
    const built: MachineReport = { ...told, findings: findingsOf(told, glance) };
    await send(built, signal);
    // After the answer: who asks on this machine hears what the board has just said.
    await note({ ...built, standing: deps.sink.standing(), acceptedAt: deps.acceptedAt() });
  };

  return {
    async run(signal) {
      const stop = (): void => pause.abort();
      signal.addEventListener('abort', stop, { once: true });
      while (!signal.aborted) {
        pause = new AbortController();
        const startedAt = performance.now();
        await report(signal).catch((error) => logger.warn({ err: error }, 'this machine cannot report on itself'));
        const restMs = MACHINE_REPORT_MS - (performance.now() - startedAt);
        if (!signal.aborted) await sleep(restMs, undefined, { signal: pause.signal }).catch(() => undefined);
      }
    },
    hurry: () => pause.abort(),
  };
};

const rejectedBy = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
