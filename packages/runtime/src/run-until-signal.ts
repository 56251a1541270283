import { constants } from 'node:os';
import type { Logger } from './logger.ts';

/**
 * Runs a service until it ends or the process is told to stop. SIGINT and SIGTERM abort `signal`, and `run` is waited
 * for; a second one exits at once. A rejection of `run` is logged and sets exit code 1, unless it only says that it
 * was aborted. The process ends by itself once nothing is open any more.
 */
export const runUntilSignal = async (run: (signal: AbortSignal) => Promise<void>, logger: Logger): Promise<void> => {
  const controller = new AbortController();
  const stop = (name: 'SIGINT' | 'SIGTERM') => {
    if (controller.signal.aborted) process.exit(128 + constants.signals[name]);
    logger.info({ signal: name }, 'stopping');
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    await run(controller.signal);
  } catch (error) {
    const isAbort = controller.signal.aborted && error instanceof Error && error.name === 'AbortError';
    if (!isAbort) {
      logger.fatal({ err: error }, 'stopped by a fault');
      process.exitCode = 1;
    }
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
};
