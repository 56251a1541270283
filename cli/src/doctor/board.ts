import { type Check, fault, ok, warn } from './check.ts';

const ANSWER_MS = 5_000;

export interface BoardSettings {
  url: string;
  /** The address was set, not guessed. */
  isSet: boolean;
  token: string | undefined;
}

/** Whether the board answers, and takes the token. Asks nothing of a board that would change it. */
export const checkBoard = async (board: BoardSettings, env: NodeJS.ProcessEnv): Promise<Check[]> => {
  const reached = await checkReached(board, env);
  return reached.verdict === 'ok' && board.token !== undefined
    ? [reached, await checkToken(board, board.token)]
    : [reached];
};

const under = ({ url }: BoardSettings, path: string): URL => new URL(path, url.endsWith('/') ? url : `${url}/`);

const checkReached = async (board: BoardSettings, env: NodeJS.ProcessEnv): Promise<Check> => {
  const name = 'Board';
  try {
    const response = await fetch(under(board, 'healthz'), { signal: AbortSignal.timeout(ANSWER_MS) });
    await response.body?.cancel();
    if (response.ok) return ok(name, `${board.url} answers`);
    if (response.status === 421) {
      const advice = 'The board does not know itself by this name: set CREWBOARD_ALLOWED_HOSTS where it runs.';
      return fault(name, `${board.url} refuses the name`, advice);
    }
    const advice = 'Something else answers there, or a proxy in between. Is CREWBOARD_URL the board’s own address?';
    return fault(name, `${board.url} answers with ${response.status}`, advice);
  } catch (error) {
    const reason = reasonOf(error);
    if (!board.isSet) {
      const advice =
        '`crewboard up` starts one here. To report to a team’s board, set CREWBOARD_URL and CREWBOARD_INGEST_TOKEN.';
      return warn(name, `none at ${board.url}`, advice);
    }
    return fault(name, `${board.url} cannot be reached (${reason})`, adviceFor(reason, env));
  }
};

/** The system's word for what went wrong, from the innermost cause. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return reasonOf(error.cause);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
};

const adviceFor = (reason: string, env: NodeJS.ProcessEnv): string => {
  if (/CERT|SELF_SIGNED|ISSUER|SSL|TLS/i.test(reason)) {
    return 'The certificate is signed by someone Node.js does not know, as companies do: set NODE_EXTRA_CA_CERTS to the file with their certificate.';
  }
  if (reason === 'ENOTFOUND' || reason === 'EAI_AGAIN')
    return 'The name is not known here: is it spelled right, and the VPN on?';
  const proxy = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].find((name) => env[name]);
  if (proxy !== undefined)
    return `${proxy} is set, but Node.js connects directly: is the board to be reached without the proxy?`;
  return 'Does it run, and may this machine reach it (VPN, firewall)? What is not sent is kept and sent later.';
};

const checkToken = async (board: BoardSettings, token: string): Promise<Check> => {
  const name = 'Token';
  try {
    // An empty batch: checked like any other, and nothing is stored.
    const response = await fetch(under(board, 'api/ingest'), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await response.body?.cancel();
    if (response.ok) return ok(name, 'accepted');
    if (response.status === 401) {
      return fault(name, 'refused', 'CREWBOARD_INGEST_TOKEN must be the one that the board was started with.');
    }
    if (response.status === 403) {
      const advice = 'It was started without CREWBOARD_INGEST_TOKEN and shows its own machine only.';
      return fault(name, 'this board takes nothing from elsewhere', advice);
    }
    return warn(name, `the board answers with ${response.status}`, 'Its log will say why.');
  } catch (error) {
    return warn(name, `no answer (${reasonOf(error)})`, 'Try again.');
  }
};
