/** Why a board did not do what it was asked. */
export type BoardTrouble =
  /** No answer came. `reason` is the system's own word for it. */
  | { kind: 'unreachable'; reason: string }
  | {
      kind: 'refused';
      status: number;
      /** The body of the answer, cut. */
      said: string;
      location?: string | undefined;
      retryAfterMs?: number | undefined;
    }
  /** Something answered that is no board. */
  | { kind: 'strange'; path: string };

export interface Where {
  /** The board's address. */
  url: string;
  /** The proxy in between. */
  proxy?: string | undefined;
}

/** The message is for a person: what is wrong, and what can be done about it. */
export class BoardError extends Error {
  readonly code = 'BOARD';
  readonly trouble: BoardTrouble;
  /** The board said so itself, not something in between. */
  readonly isOfBoard: boolean;
  constructor(trouble: BoardTrouble, where: Where, options?: ErrorOptions) {
    const { found, advice } = explain(trouble, where);
    super(`${found}. ${advice}`, options);
    this.trouble = trouble;
    this.isOfBoard = trouble.kind === 'refused' && messageOf(trouble.said) !== '';
  }
}

/** The board does not know this machine's token (any more): nothing is to be sent until there is another one. */
export const isRevoked = (error: unknown): boolean =>
  error instanceof BoardError && isStatus(error, 401) && error.isOfBoard;

export const isStatus = (error: unknown, status: number): boolean =>
  error instanceof BoardError && error.trouble.kind === 'refused' && error.trouble.status === status;

export interface Explanation {
  found: string;
  advice: string;
}

export const explain = (trouble: BoardTrouble, where: Where): Explanation => {
  switch (trouble.kind) {
    case 'unreachable':
      return {
        found: `The board at ${where.url} cannot be reached${where.proxy ? ` through the proxy ${where.proxy}` : ''} (${trouble.reason})`,
        advice: adviceOnNetwork(trouble.reason, where),
      };
    case 'strange':
      return {
        found: `What answers at ${where.url} is no board (${trouble.path})`,
        advice:
          'A sign-in page or another program is in between: agents need /api/agent, /api/ingest and /api/join of the board itself.',
      };
    case 'refused':
      return explainRefusal(trouble, where);
  }
};

const explainRefusal = (
  { status, said, location }: Extract<BoardTrouble, { kind: 'refused' }>,
  { url }: Where,
): Explanation => {
  const reason = messageOf(said);
  if (status >= 300 && status < 400) {
    const advice =
      'A sign-in in front of the board must let agents through (/api/agent, /api/ingest, /api/join); if the board has moved, use its new address.';
    return {
      found: `The board at ${url} answers with a redirect${location ? ` to ${originOf(location, url)}` : ''}`,
      advice,
    };
  }
  switch (status) {
    case 401:
      if (reason === '') {
        return {
          found: `Something in front of the board at ${url} wants a sign-in (401)`,
          advice: 'It must let agents through (/api/agent, /api/ingest, /api/join): ask who runs the board.',
        };
      }
      return {
        found: `The board at ${url} does not take this machine's token: it was revoked, or the machine has joined anew elsewhere`,
        advice: 'Ask for another invitation and join again: crewboard agent --join <link>. Nothing is lost meanwhile.',
      };
    case 403:
      return {
        found: `The board at ${url} refuses this machine (403${reason ? `: ${reason}` : ''})`,
        advice: 'Ask who runs it. A sign-in or filter in front of the board must let agents through.',
      };
    case 404:
      return {
        found: `Nothing takes events at ${url} (404)`,
        advice: 'Is this the address of the board itself, and is the board of a version like this agent’s?',
      };
    case 407:
      return {
        found: 'The proxy wants a sign-in (407)',
        advice: 'Put it into HTTPS_PROXY: http://user:password@proxy:port',
      };
    case 421:
      return {
        found: `The board at ${url} does not know itself by this name (421)`,
        advice: 'Set CREWBOARD_ALLOWED_HOSTS where it runs, or use the name that is set there.',
      };
    case 429:
      return {
        found: `The board at ${url} asks this machine to send less (429${reason ? `: ${reason}` : ''})`,
        advice: 'It goes on by itself.',
      };
    default:
      return {
        found: `The board at ${url} did not accept what was sent (${status}${reason ? `: ${reason}` : ''})`,
        advice: status >= 500 ? 'It is tried again. Its log will say why.' : 'Its log will say why.',
      };
  }
};

const adviceOnNetwork = (reason: string, { proxy }: Where): string => {
  if (/ALTNAME/i.test(reason)) return 'Its certificate is for another name: use the address that it is for.';
  if (/EXPIRED|NOT_YET_VALID/i.test(reason)) {
    return 'Its certificate is over, or this machine’s clock is wrong by days.';
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER|SSL|TLS/i.test(reason)) {
    return 'The certificate is signed by someone Node.js does not know, as companies do: name the file with their certificate in NODE_EXTRA_CA_CERTS or CREWBOARD_CA_FILE, or join with --ca <file>.';
  }
  if (/\b407\b|Proxy Authentication/i.test(reason)) {
    return 'The proxy wants a sign-in. Put it into HTTPS_PROXY: http://user:password@proxy:port';
  }
  if (/^Proxy response/i.test(reason)) {
    return 'The proxy does not lead there. Is the board to be reached without it? Then name its host in NO_PROXY.';
  }
  if (/cannot be read|is no address/.test(reason)) return 'Mend that setting.';
  if (proxy)
    return 'Is the proxy the right one (HTTPS_PROXY), and may it reach the board? NO_PROXY names hosts to reach without it.';
  if (reason === 'ENOTFOUND' || reason === 'EAI_AGAIN') {
    return 'The name is not known here: is it spelled right, and the VPN on?';
  }
  return 'Does it run, and may this machine reach it (VPN, firewall; a proxy is named in HTTPS_PROXY)? What is not sent is kept and sent later.';
};

/** The system's word for what went wrong, from the innermost cause. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (error.cause !== undefined) return reasonOf(error.cause);
  // An aborted request says that of a proxy that refused, too: only its message tells.
  return 'code' in error && typeof error.code === 'string' && error.code !== 'UND_ERR_ABORTED'
    ? error.code
    : error.message;
};

/** The board tells errors as `{statusCode, error, message}`; anything else in between may say what it likes, which is not repeated. */
const messageOf = (said: string): string => {
  try {
    const body: unknown = JSON.parse(said);
    const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : undefined;
    return typeof message === 'string' ? message.slice(0, 300).replace(/[\s.]+$/, '') : '';
  } catch {
    return '';
  }
};

/** Where a redirect leads, without what its query may hold. */
const originOf = (location: string, board: string): string =>
  URL.canParse(location, board) ? new URL(location, board).origin : 'elsewhere';

const LONGEST_RETRY_AFTER_MS = 10 * 60_000;

/** Seconds or a date, as ms from now. */
export const retryAfterMs = (value: string | undefined): number | undefined => {
  if (!value) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, LONGEST_RETRY_AFTER_MS) : undefined;
};
