/** What the log says of its connections; a pino logger is one. */
export interface ConnectionLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Says once that Redis went away, and once that it is back, however many connections notice and retry. */
export interface OutageLog {
  failed(error: Error): void;
  worked(): void;
}

/**
 * `quietMs` without a failure must pass before Redis counts as back. With several servers some work while others are away:
 * there it is longer than between two tries of whoever waits for one that is.
 */
export const createOutageLog = (where: string, logger: ConnectionLogger | undefined, quietMs: number): OutageLog => {
  let isOut = false;
  let failedAt = 0;
  return {
    failed: (error) => {
      if (!isOut) logger?.warn({ err: error, redis: where }, 'Redis is away, trying again until it is back');
      isOut = true;
      failedAt = performance.now();
    },
    worked: () => {
      if (!isOut || performance.now() - failedAt < quietMs) return;
      logger?.info({ redis: where }, 'Redis is back');
      isOut = false;
    },
  };
};
