import type { Socket } from 'node:net';
import type { Access } from '@crewboard/access';
import type { EventLog } from '@crewboard/event-log';
import type { Records } from '@crewboard/records';
import { type Logger, type Registry, within } from '@crewboard/runtime';
import { buildApp } from './app.ts';
import { FEED_LIMITS, type FeedLimits } from './feed-socket.ts';
import { Hub } from './hub.ts';
import { MACHINE_LIMITS, type MachineLimits } from './ingest/limits.ts';
import type { Person, SignInOptions } from './sign-in/options.ts';

export interface GatewayOptions {
  log: EventLog;
  /** Who may do what. Stays open when the gateway closes, as the log does. */
  access: Access;
  /** What the enricher keeps for people to see, and what it is told of webhooks. Stay open, too. */
  records: Pick<Records, 'get' | 'list' | 'update'>;
  logger: Logger;
  registry: Registry;
  /** Where the built web page is; a note says so where it is not. */
  webDir: string;
  host: string;
  /** 0 takes a free one; see `url`. */
  port: number;
  /** How people sign in; absent: nobody has to, and whoever reaches the board is `openTo`. */
  signIn?: SignInOptions | undefined;
  openTo: Person;
  /** What GitHub signs its webhooks with; absent: none are taken. */
  webhookSecret?: string | undefined;
  /** The address that people type. Absent: what a request's Host header says. */
  publicUrl?: string | undefined;
  /** Names the board is reached under, besides loopback ones; `*` for any. */
  allowedHosts?: readonly string[];
  /** Origins besides the board's own that may open feeds; `*` for any. */
  allowedOrigins?: readonly string[];
  /** What one machine may ask, where it differs from the usual. */
  machineLimits?: Partial<MachineLimits>;
  /** A client has so long to send a whole request; feeds are no requests any more once they are open. */
  requestTimeoutMs?: number;
  /** Whether, or from which proxies, X-Forwarded-For tells the client's address. */
  trustProxy?: boolean | string;
  feedLimits?: Partial<FeedLimits>;
}

export interface Gateway {
  url: string;
  /** Closes feeds with 1001, and finishes requests in hand for up to 5 s. The log stays open. A second call is harmless. */
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 60_000;

/** A log that does not even say that it is away does not keep the server from listening for longer. */
const FIRST_BOARD_WITHIN_MS = 15_000;
const CLOSE_WITHIN_MS = 5000;

/** Starts the gateway on a log. Rejects when it can't listen, never because the log is away. */
export const createGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { log, logger, registry, host, port } = options;
  const hub = new Hub({ log, logger });
  const app = await buildApp({
    log,
    access: options.access,
    records: options.records,
    hub,
    logger,
    registry,
    signIn: options.signIn,
    openTo: options.openTo,
    webhookSecret: options.webhookSecret,
    publicUrl: options.publicUrl,
    rules: { host, allowedHosts: options.allowedHosts ?? [], allowedOrigins: options.allowedOrigins ?? [] },
    webDir: options.webDir,
    machineLimits: { ...MACHINE_LIMITS, ...options.machineLimits },
    requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    trustProxy: options.trustProxy ?? false,
    feedLimits: { ...FEED_LIMITS, ...options.feedLimits },
  });

  // Node.js forgets a connection that became a socket of its own, and waits for it all the same.
  const connections = new Set<Socket>();
  app.server.on('connection', (connection) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  const cutOffAll = (): void => {
    for (const connection of connections) connection.destroy();
  };

  const shutDown = async (): Promise<void> => {
    const cutOff = setTimeout(cutOffAll, CLOSE_WITHIN_MS);
    try {
      await Promise.all([app.close(), hub.stop()]);
    } finally {
      clearTimeout(cutOff);
    }
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= shutDown();
    return closing;
  };

  try {
    // Late is no failure: readiness tells, and the hub goes on trying.
    await within(hub.start(), FIRST_BOARD_WITHIN_MS).catch(() => undefined);
    return { url: await app.listen({ host, port }), close };
  } catch (error) {
    await close();
    throw error;
  }
};
