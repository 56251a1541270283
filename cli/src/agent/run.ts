import { type AgentConfig, AlreadyRuns, findTarget, runningAgent, startAgent } from '@crewboard/ingest';
import { createLogger, runUntilSignal } from '@crewboard/runtime';
import { logFile } from './log-file.ts';

export interface RunOptions {
  /** Nobody is there to read why it does not start: it waits until the machine has joined a board. */
  waitsToJoin: boolean;
  /** Where its log goes; standard output when absent. */
  logPath?: string | undefined;
  /** A person looks on, and did not ask for a log: they are told in a line what goes on, and then only what is wrong. */
  isWatched: boolean;
}

/** Reports this machine's sessions until the process is told to stop. Rejects where an agent does so already, or nothing says whom to tell. */
export const runAgent = async (config: AgentConfig, { waitsToJoin, logPath, isWatched }: RunOptions): Promise<void> => {
  const other = await runningAgent(config.CREWBOARD_DATA_DIR);
  if (other) throw new AlreadyRuns(other, config.CREWBOARD_DATA_DIR);
  const target = waitsToJoin ? undefined : await findTarget(config);
  if (isWatched && target) {
    const board = target.kind === 'board' ? target.url : 'Redis';
    console.log(
      `Tells ${board} of the sessions in ${config.CLAUDE_CONFIG_DIR} from now on. Ctrl-C ends it; ` +
        '`crewboard agent --install` keeps it running.',
    );
  }
  const destination = logPath === undefined ? {} : { destination: logFile(logPath) };
  const logger = createLogger({ name: 'agent', level: isWatched ? 'warn' : config.LOG_LEVEL, ...destination });
  await runUntilSignal((signal) => startAgent(config, { logger, signal, waitsToJoin }), logger);
};
