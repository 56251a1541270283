import { type AgentConfig, AlreadyRuns, findTarget, runningAgent, startAgent } from '@crewboard/ingest';
import { createLogger, runUntilSignal } from '@crewboard/runtime';
import { logFile } from './log-file.ts';

export interface RunOptions {
  /** Nobody is there to read why it does not start: it waits until the machine has joined a board. */
  waitsToJoin: boolean;
  /** Where its log goes; standard output when absent. */
  logPath?: string | undefined;
}

/** Reports this machine's sessions until the process is told to stop. Rejects where an agent does so already, or nothing says whom to tell. */
export const runAgent = async (config: AgentConfig, { waitsToJoin, logPath }: RunOptions): Promise<void> => {
  const other = await runningAgent(config.CREWBOARD_DATA_DIR);
  if (other) throw new AlreadyRuns(other, config.CREWBOARD_DATA_DIR);
  if (!waitsToJoin) await findTarget(config);
  const destination = logPath === undefined ? {} : { destination: logFile(logPath) };
  const logger = createLogger({ name: 'agent', level: config.LOG_LEVEL, ...destination });
  await runUntilSignal((signal) => startAgent(config, { logger, signal, waitsToJoin }), logger);
};
