import { Writable } from 'node:stream';
import { createLogger, type Logger } from '@crewboard/runtime';

/** A logger that keeps its lines. */
export const memoryLogger = (name: string, level = 'info'): { logger: Logger; lines: string[] } => {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { logger: createLogger({ name, level, destination }), lines };
};
