import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createAccess } from '@crewboard/access';
import type { EventLog } from '@crewboard/event-log';
import { createGateway, type GatewayOptions } from '@crewboard/gateway';
import type { Records } from '@crewboard/records';
import { type Logger, type Registry, runUntilSignal } from '@crewboard/runtime';
import { createStatusMetrics, createStatusService } from '@crewboard/status';
import { ownAddress } from './own-address.ts';

export interface BoardOptions {
  log: EventLog;
  records: Records;
  /** Where the board listens, and who comes in. */
  gateway: Omit<GatewayOptions, 'log' | 'access' | 'records' | 'logger' | 'registry' | 'webDir'>;
  /** A session whose process is gone leaves the board so long after its last event. */
  retentionDays: number;
  /** Events stay in the log for so long. */
  logDays: number;
  logger: Logger;
  registry: Registry;
}

const DAY_MS = 24 * 3_600_000;

/** The built page lies beside the bundled command. */
const webDir = fileURLToPath(new URL('./web', import.meta.url));

/** What goes on beside the board: feeds its log until the signal. */
type Work = (signal: AbortSignal) => Promise<void>;

/**
 * Serves the board of a log, the fold and the gateway in this process, until the process is told to stop; closes log and
 * records then. `work` begins at once, `onListening` hears where the board can be reached. When one of the three fails, all end.
 */
export const runBoard = async (
  options: BoardOptions,
  work: Work,
  onListening: (url: string) => void,
): Promise<void> => {
  const serve = (signal: AbortSignal) => serveBoard(options, signal, work, onListening).catch(sayPortTaken);
  try {
    await runUntilSignal(serve, options.logger);
  } finally {
    await options.records.close();
    await options.log.close();
  }
};

const sayPortTaken = (error: unknown): void => {
  if (!(error instanceof PortTaken)) throw error;
  console.error(error.message);
  process.exitCode = 1;
};

const serveBoard = async (
  { log, records, gateway: door, retentionDays, logDays, logger, registry }: BoardOptions,
  signal: AbortSignal,
  work: Work,
  onListening: (url: string) => void,
): Promise<void> => {
  const failed = new AbortController();
  const until = AbortSignal.any([signal, failed.signal]);
  const status = createStatusService({
    log,
    holder: `${hostname()}:${process.pid}:${randomUUID()}`,
    logger,
    metrics: createStatusMetrics(registry),
    retentionMs: retentionDays * DAY_MS,
    logAgeMs: logDays * DAY_MS,
  });
  const listen = async (): Promise<void> => {
    const access = createAccess(records);
    const opening = createGateway({ ...door, log, access, records, logger, registry, webDir });
    const gateway = await opening.catch((error: unknown) => {
      throw isPortTaken(error) ? new PortTaken(door.host, door.port) : error;
    });
    onListening(gateway.url);
    if (!until.aborted) await once(until, 'abort');
    await gateway.close();
  };
  const parts = [status.run(until), work(until), listen()];
  for (const part of parts) part.catch(() => failed.abort());
  // All have ended before the first fault is told: nobody uses the log any more.
  await Promise.allSettled(parts);
  await Promise.all(parts);
};

const isPortTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

class PortTaken extends Error {
  readonly code = 'PORT_TAKEN';
  constructor(host: string, port: number) {
    super(
      `Port ${port} is taken. If Crewboard already runs, open ${ownAddress({ HOST: host, PORT: port })}; ` +
        `otherwise choose another port, such as PORT=${port + 1}.`,
    );
  }
}
