import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { isLoopback, under } from './address.ts';
import { BoardError, reasonOf, retryAfterMs } from './trouble.ts';

/** The ways of a network that a person or company has set, in the names that all programs know. */
export interface NetworkSettings {
  httpProxy?: string | undefined;
  httpsProxy?: string | undefined;
  noProxy?: string | undefined;
  /** Files with certificates to trust beside the ones that Node.js knows. */
  caFiles?: readonly string[] | undefined;
}

export interface BoardRequest {
  method: 'GET' | 'PUT' | 'POST';
  /** Relative to the board's address: `api/agent`. */
  path: string;
  token?: string | undefined;
  body?: string | Uint8Array | undefined;
  headers?: Readonly<Record<string, string>>;
}

export interface BoardConnection {
  readonly url: string;
  /** The proxy that leads there, without what it needs to know of us; `undefined` for the direct way. */
  readonly proxy: string | undefined;
  /** What the board said to a request that it took. Tried once; rejects with {@link BoardError}, or the signal's reason. */
  request(request: BoardRequest, signal: AbortSignal): Promise<string>;
  /** Requests that still run are given up. */
  close(): Promise<void>;
}

/** More than any answer to an agent has. */
const LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MS = 30_000;
/** A connection lasts from one report to the next, where the board says nothing else. */
const KEPT_MS = 30_000;

/**
 * The way to a board: through the proxies of the environment, with a company's certificates, over connections that are kept.
 * Throws {@link BoardError} where a file with certificates cannot be read.
 */
export const connectBoard = (
  url: string,
  network: NetworkSettings = {},
  { timeoutMs = TIMEOUT_MS }: { timeoutMs?: number } = {},
): BoardConnection => {
  const { dispatcher, proxy } = dispatcherFor(new URL(url), network);

  const send = async (
    { method, path, token, body, headers }: BoardRequest,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData & { said: string }> => {
    const response = await request(under(url, path), {
      method,
      dispatcher,
      signal,
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      ...(body === undefined ? {} : { body }),
    });
    return Object.assign(response, { said: await response.body.text() });
  };

  return {
    url,
    proxy,
    async request(asked, signal) {
      const where = { url, proxy };
      const { statusCode, headers, said } = await within(timeoutMs, signal, (until) => send(asked, until)).catch(
        (error: unknown) => {
          signal.throwIfAborted();
          throw new BoardError({ kind: 'unreachable', reason: reasonOf(error) }, where, { cause: error });
        },
      );
      if (statusCode >= 200 && statusCode < 300) return said;
      const [location, retryAfter] = [headers.location, headers['retry-after']].map((value) =>
        Array.isArray(value) ? value[0] : value,
      );
      throw new BoardError(
        {
          kind: 'refused',
          status: statusCode,
          said: said.slice(0, 2000),
          location,
          retryAfterMs: retryAfterMs(retryAfter),
        },
        where,
      );
    },
    close: () => dispatcher.destroy(),
  };
};

/** Settings by the protocol of the one address that is asked: HTTP_PROXY says nothing of HTTPS. */
const dispatcherFor = (
  url: URL,
  { httpProxy, httpsProxy, noProxy, caFiles = [] }: NetworkSettings,
): { dispatcher: Dispatcher; proxy: string | undefined } => {
  const set = url.protocol === 'https:' ? httpsProxy : httpProxy;
  const proxy = set && !isLoopback(url) ? proxyUrl(set, url) : undefined;
  const tls = caFiles.length === 0 ? {} : { ca: [...rootCertificates, ...caFiles.map((file) => readCa(file, url))] };
  const shared = {
    maxResponseSize: LARGEST_ANSWER_BYTES,
    keepAliveTimeout: KEPT_MS,
    connect: { ...tls, timeout: 15_000 },
  };
  if (!proxy) return { dispatcher: new Agent(shared), proxy: undefined };
  const dispatcher = new EnvHttpProxyAgent({
    ...shared,
    httpProxy: proxy.href,
    httpsProxy: proxy.href,
    noProxy: noProxy ?? '',
    proxyTls: tls,
    requestTls: tls,
    proxyTunnel: false,
  });
  return { dispatcher, proxy: proxy.origin };
};

/** As other programs do: a proxy without a protocol is one of HTTP. */
const proxyUrl = (text: string, board: URL): URL => {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (URL.canParse(whole)) return new URL(whole);
  throw new BoardError(
    { kind: 'unreachable', reason: 'the proxy of the environment is no address' },
    { url: board.origin },
  );
};

const readCa = (file: string, board: URL): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = `the certificates in ${file} cannot be read`;
    throw new BoardError({ kind: 'unreachable', reason }, { url: board.origin }, { cause: error });
  }
};

/** `AbortSignal.any` would leak: the agent's signal outlives all requests. */
const within = async <Result>(
  timeoutMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> => {
  signal.throwIfAborted();
  const late = new AbortController();
  const stop = (): void => late.abort(signal.reason);
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await work(late.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
};
