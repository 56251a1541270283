import { isIP } from 'node:net';
import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import { problem } from './problem.ts';

const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];
const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '::1'];

/** True where only this machine reaches what listens on `host`. */
const isLoopback = (host: string): boolean => LOOPBACK_HOSTS.includes(host);

const AUTHORITY = /^(?<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?<port>\d{1,5}))?$/;
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD'];
const METHODS: readonly string[] = [...SAFE_METHODS, 'POST', 'PUT', 'DELETE'];

export interface AccessRules {
  /** What the server is bound to. */
  host: string;
  /** Further names under which the board is reached: `board.example.com`, with `:port` for that port only, or `*` for any. */
  allowedHosts: readonly string[];
  /** Origins besides the board's own that may open feeds and send: `https://tools.example.com`, or `*` for any. */
  allowedOrigins: readonly string[];
}

/** True where a board is meant for others than the people of its own machine, be it through a proxy on that machine. */
export const isReachedFromElsewhere = ({ host, allowedHosts }: Omit<AccessRules, 'allowedOrigins'>): boolean =>
  !isLoopback(host) || allowedHosts.some((allowed) => !LOOPBACK_NAMES.includes(parseAuthority(allowed)?.name ?? ''));

const parseAuthority = (text: string): { name: string; port: string | undefined } | undefined => {
  const groups = AUTHORITY.exec(text.toLowerCase())?.groups;
  return groups?.name === undefined ? undefined : { name: groups.name, port: groups.port };
};

const isAddress = (name: string): boolean => isIP(name.startsWith('[') ? name.slice(1, -1) : name) !== 0;

/**
 * Tells whether a Host header names this board. A page on the internet can point its own name at a private address
 * (DNS rebinding), and the browser then takes the board for a part of that page; it can't do so with a plain address
 * or `localhost`. So names must be told to us, and addresses are fine wherever the board listens beyond this machine.
 */
export const isAllowedHost = (header: string | undefined, { host, allowedHosts }: AccessRules): boolean => {
  const authority = header === undefined ? undefined : parseAuthority(header);
  if (!authority) return false;
  const { name, port } = authority;
  if (LOOPBACK_NAMES.includes(name) || allowedHosts.includes('*')) return true;
  const isOpen = !isLoopback(host);
  if (isOpen && (isAddress(name) || name === host.toLowerCase())) return true;
  return allowedHosts.some((allowed) => {
    const entry = parseAuthority(allowed);
    return entry?.name === name && (entry.port === undefined || entry.port === port);
  });
};

/** Tells whether a page of this origin may act on the board. Its scheme counts for nothing: TLS may end at a proxy. */
export const isAllowedOrigin = (
  origin: string,
  hostHeader: string | undefined,
  { allowedOrigins }: AccessRules,
): boolean => {
  if (allowedOrigins.includes('*') || allowedOrigins.includes(origin)) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  const defaultPort = protocol === 'https:' ? ':443' : ':80';
  const asked = hostHeader?.toLowerCase();
  return host !== '' && (asked === host || asked === `${host}${defaultPort}`);
};

/** True for what changes something or opens a socket; the rest only reads. */
export const acts = ({ method, headers }: FastifyRequest): boolean =>
  headers.upgrade !== undefined || !SAFE_METHODS.includes(method);

/** Answers 405 to what no route takes, the same for every address: TRACE and OPTIONS find out nothing. */
export const methodHook: onRequestHookHandler = (request, reply, done) => {
  if (METHODS.includes(request.method)) done();
  else reply.header('allow', METHODS.join(', ')).code(405).send(problem(405, 'Nothing here takes that method.'));
};

/**
 * Answers 421 to requests for another host and 403 to pages of another origin that send something or open a socket.
 * The Host header itself is read, never X-Forwarded-Host, which any page may set: a proxy has to pass Host on.
 */
export const accessHook =
  (rules: AccessRules): onRequestHookHandler =>
  (request, reply, done) => {
    const { host, origin } = request.headers;
    if (!isAllowedHost(host, rules)) {
      reply
        .code(421)
        .send(problem(421, 'This board is not reached under that host name. See CREWBOARD_ALLOWED_HOSTS.'));
      return;
    }
    if (acts(request) && origin !== undefined && !isAllowedOrigin(origin, host, rules)) {
      reply.code(403).send(problem(403, 'Pages of that origin may not use this board. See CREWBOARD_ALLOWED_ORIGINS.'));
      return;
    }
    done();
  };
