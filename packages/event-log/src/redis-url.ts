import { z } from 'zod';

export interface RedisAddress {
  host: string;
  port: number;
}

/** What every server of a URL is spoken to with. */
interface RedisTerms {
  username?: string;
  password?: string;
  tls: boolean;
}

/** Where a log's Redis is. */
export type RedisPlace =
  /** One server; the URL says the rest. */
  | { kind: 'single'; url: string }
  /** One server, by its socket in the file system. */
  | ({ kind: 'socket'; path: string; db: number } & RedisTerms)
  /** A Redis Cluster; the nodes are those that are asked for the others. */
  | ({ kind: 'cluster'; nodes: RedisAddress[] } & RedisTerms)
  /** The master that Sentinels name, whichever server it is. */
  | ({
      kind: 'sentinel';
      sentinels: RedisAddress[];
      master: string;
      db: number;
      /** The Sentinels' own, where they ask for one. */
      sentinelUsername?: string;
      sentinelPassword?: string;
    } & RedisTerms);

/** Thrown for a URL that names no Redis. The message says what is wrong and holds nothing of the URL: it may have a password. */
export class RedisUrlError extends Error {
  readonly code = 'REDIS_URL';
}

const FORMS =
  'redis://[user:password@]host:port[/db], redis+cluster://[user:password@]host:port,host:port, ' +
  'redis+sentinel://[user:password@]host:port,host:port/<master>[?db=…], the same with rediss for TLS, or unix:///path';

const PORTS = { single: 6379, cluster: 6379, sentinel: 26379 } as const;

/** `scheme://user:password@hosts/path?query`: what `URL` takes with one host only. */
const PARTS =
  /^(?<scheme>[a-z][a-z+]*):\/\/(?:(?<user>[^/?#]*)@)?(?<hosts>[^@/?#]*)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?$/;

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RedisUrlError('a % in it that begins no encoded character must be written as %25');
  }
};

const parseAddress = (text: string, defaultPort: number): RedisAddress => {
  // A scheme without a default port of its own, for `port` to be what stands there.
  const address = `tcp://${text}`;
  const { hostname, port, pathname } = URL.canParse(address)
    ? new URL(address)
    : { hostname: '', port: '', pathname: '' };
  if (hostname === '' || pathname !== '')
    throw new RedisUrlError('each host is a name or an address, with a port behind a colon');
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? defaultPort : Number(port) };
};

const parseAddresses = (hosts: string, defaultPort: number): RedisAddress[] =>
  hosts.split(',').map((host) => parseAddress(host.trim(), defaultPort));

const parseUser = (user: string | undefined): { username?: string; password?: string } => {
  if (user === undefined || user === '') return {};
  const colon = user.indexOf(':');
  const username = decode(colon < 0 ? user : user.slice(0, colon));
  const password = colon < 0 ? '' : decode(user.slice(colon + 1));
  return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
};

const parseDb = (text: string | null | undefined): number => {
  if (!/^\d{0,6}$/.test(text ?? '')) throw new RedisUrlError('the database is a number');
  return Number(text ?? 0);
};

/** Query parameters, of which none but the known may be there: a misspelled one would be silently without effect. */
const parseQuery = (query: string | undefined, known: readonly string[]): URLSearchParams => {
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys()) {
    if (!known.includes(name)) {
      throw new RedisUrlError(
        `${known.length === 0 ? 'nothing' : `only ${known.join(', ')}`} may stand behind ? in it`,
      );
    }
  }
  return parameters;
};

/** Throws {@link RedisUrlError} where the URL names no Redis. */
export const parseRedisUrl = (url: string): RedisPlace => {
  const { scheme, user, hosts = '', path = '', query } = PARTS.exec(url)?.groups ?? {};
  const terms = { ...parseUser(user), tls: scheme?.startsWith('rediss') ?? false };
  switch (scheme) {
    case 'redis':
    case 'rediss':
      parseAddress(hosts, PORTS.single);
      parseDb(path.slice(1));
      if (!URL.canParse(url)) break;
      return { kind: 'single', url };
    case 'unix':
      if (hosts !== '' || path === '') break;
      return { kind: 'socket', path: decode(path), db: parseDb(parseQuery(query, ['db']).get('db')), ...terms };
    case 'redis+cluster':
    case 'rediss+cluster':
      if (path.length > 1) throw new RedisUrlError('a cluster has one database: nothing may stand behind its hosts');
      parseQuery(query, []);
      return { kind: 'cluster', nodes: parseAddresses(hosts, PORTS.cluster), ...terms };
    case 'redis+sentinel':
    case 'rediss+sentinel': {
      const master = decode(path.slice(1));
      if (master === '' || master.includes('/'))
        throw new RedisUrlError("the master's name stands behind the hosts: …/mymaster");
      const options = parseQuery(query, ['db', 'sentinelUsername', 'sentinelPassword']);
      const [sentinelUsername, sentinelPassword] = [options.get('sentinelUsername'), options.get('sentinelPassword')];
      return {
        kind: 'sentinel',
        sentinels: parseAddresses(hosts, PORTS.sentinel),
        master,
        db: parseDb(options.get('db')),
        ...(sentinelUsername ? { sentinelUsername } : {}),
        ...(sentinelPassword ? { sentinelPassword } : {}),
        ...terms,
      };
    }
  }
  throw new RedisUrlError(`it has the form ${FORMS}`);
};

/** Hosts and master of a URL, for messages: nothing of who signs in. */
export const placeOf = (url: string): string => {
  const { hosts = '', path = '' } = PARTS.exec(url)?.groups ?? {};
  return hosts === '' ? path : `${hosts}${path}`;
};

/** The URL with a password put into it, in place of one that was there. */
export const withPassword = (url: string, password: string | undefined): string => {
  const { scheme, user } = PARTS.exec(url)?.groups ?? {};
  if (password === undefined || scheme === undefined) return url;
  const rest = url.slice(`${scheme}://${user === undefined ? '' : `${user}@`}`.length);
  return `${scheme}://${user?.split(':')[0] ?? ''}:${encodeURIComponent(password)}@${rest}`;
};

/** A setting that names a Redis; the one schema of all services. */
export const redisUrlSchema = z.string().superRefine((url, context) => {
  try {
    parseRedisUrl(url);
  } catch (error) {
    if (!(error instanceof RedisUrlError)) throw error;
    context.addIssue({ code: 'custom', message: `this is no URL of a Redis: ${error.message}` });
  }
});

/** The settings that name a Redis. The password may stand apart from the address, as a secret of its own. */
export const redisSettings = { REDIS_URL: redisUrlSchema, REDIS_PASSWORD: z.string().optional() };
