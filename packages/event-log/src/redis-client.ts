import { Cluster, Redis, type RedisCommander } from 'ioredis';
import { refusalOf, withoutArguments } from './redis-errors.ts';
import { type RedisPlace, RedisUrlError } from './redis-url.ts';

/** What commands are called on. In a cluster all keys of one command, one transaction and one pipeline are in one slot. */
export type RedisClient = RedisCommander & Pick<Redis, 'multi' | 'pipeline'>;

/** A client of one of the topologies, which all end for good where they say so (`status` is `end`). */
export type Client = Redis | Cluster;

const CONNECT_TIMEOUT_MS = 3000;

/** A Sentinel that does not answer in this time is passed over. */
const SENTINEL_TIMEOUT_MS = 1000;

/** A cluster's node that does not tell the slots in this time is passed over. */
const SLOTS_TIMEOUT_MS = 1000;

const RETRY_MAX_MS = 1000;

/** Between two attempts of connecting, in ms. */
export const retryMs = (times: number): number =>
  Math.min(RETRY_MAX_MS, 25 * 2 ** Math.min(times, 10)) * (0.75 + Math.random() / 2);

/** How a client treats what it can't send or was cut off in. */
export type Patience =
  /** It fails within seconds, and is never sent a second time or later: whoever sent it was told that it failed. */
  | { kind: 'none'; socketTimeoutMs: number }
  /** It is sent once there is a connection: for reads, which their caller ends. */
  | { kind: 'waits' };

const ioredisOptions = (patience: Patience) => ({
  protocol: 2 as const,
  connectTimeout: CONNECT_TIMEOUT_MS,
  // It would tell Redis the library's version, which is no business of a user with few rights.
  disableClientInfo: true,
  ...(patience.kind === 'none'
    ? { connectionName: 'crewboard', maxRetriesPerRequest: 0, socketTimeout: patience.socketTimeoutMs }
    : { connectionName: 'crewboard-read', maxRetriesPerRequest: null }),
});

const signIn = (place: { username?: string; password?: string }) => ({
  ...(place.username === undefined ? {} : { username: place.username }),
  ...(place.password === undefined ? {} : { password: place.password }),
});

const openRedis = (place: Exclude<RedisPlace, { kind: 'cluster' }>, patience: Patience): Redis => {
  const options = { ...ioredisOptions(patience), retryStrategy: retryMs };
  switch (place.kind) {
    case 'single':
      return new Redis(place.url, options);
    case 'socket':
      return new Redis({ ...options, ...signIn(place), path: place.path, db: place.db });
    case 'sentinel': {
      const { sentinelUsername, sentinelPassword } = place;
      return new Redis({
        ...options,
        ...signIn(place),
        ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
        ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
        ...(place.tls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
        sentinels: place.sentinels,
        name: place.master,
        db: place.db,
        sentinelCommandTimeout: SENTINEL_TIMEOUT_MS,
        // Where no Sentinel answers the client ends: it would else keep what is to be sent, for however long that lasts.
        sentinelRetryStrategy: () => null,
        // A master that became a replica: the Sentinels know the new one.
        reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
      });
    }
  }
};

const openCluster = (place: Extract<RedisPlace, { kind: 'cluster' }>, patience: Patience): Cluster =>
  new Cluster(place.nodes, {
    redisOptions: { ...ioredisOptions(patience), ...signIn(place), ...(place.tls ? { tls: {} } : {}) },
    // Names stay names, which certificates are made out to.
    dnsLookup: (address, callback) => callback(null, address),
    slotsRefreshTimeout: SLOTS_TIMEOUT_MS,
    // Where no node answers the client ends, and what is to be sent fails: it would else be sent whenever a node is back.
    clusterRetryStrategy: null,
    // What a node was cut off in may have been done: it is not sent again.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
  });

interface Events {
  /** A connection could not be made or was lost, over and over in an outage. */
  failed(error: Error): void;
  /** Redis is there and won't have us: another password, right or name is needed. */
  refused(error: Error): void;
  /** It has its connection: to the one server there is. A cluster's client does not say it of each node. */
  ready(): void;
}

export const openClient = (place: RedisPlace, patience: Patience, events: Events): Client => {
  const failed = (error: Error): void => {
    const refusal = refusalOf(withoutArguments(error));
    if (refusal) events.refused(refusal);
    events.failed(error);
  };
  if (place.kind === 'cluster') return openCluster(place, patience).on('error', failed).on('node error', failed);
  const redis = openRedis(place, patience).on('error', failed).on('ready', events.ready);
  if (place.kind === 'sentinel') {
    redis.on('sentinelError', ({ message }: Error) => {
      if (!message.includes('No such master')) return;
      events.refused(new RedisUrlError(`the Sentinels watch no master that is called ${place.master}`));
    });
  }
  return redis;
};
