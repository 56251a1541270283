import { resolve } from 'node:path';
import { type AgentConfig, networkOf } from '../config.ts';
import { agentIdentity } from '../owner.ts';
import { parseJoinLink } from './address.ts';
import { joinBoard } from './client.ts';
import { connectBoard } from './connection.ts';
import { type Credentials, readCredentials, saveCredentials } from './credentials.ts';
import { BoardError, isStatus } from './trouble.ts';

export interface JoinOptions {
  /** What an invitation shows: `<address>#<code>`. */
  link: string;
  /** What the board is to call this machine; it may put a number behind it. */
  machine?: string | undefined;
  /** A file with the certificates of who signed the board's. */
  caFile?: string | undefined;
  /** A person said that HTTP without encryption is fine. */
  allowsHttp: boolean;
}

/** The board did not take the code. The message says what to do. */
export class CodeRefused extends Error {
  readonly code = 'CODE_REFUSED';
}

/**
 * Makes this machine one of a board's, and keeps what that gave in the data folder; an agent that runs goes on with it by itself.
 * Rejects with {@link CodeRefused}, `AddressRefused` or `BoardError`; then nothing has changed here.
 */
export const join = async (config: AgentConfig, options: JoinOptions, signal: AbortSignal): Promise<Credentials> => {
  const { url, code } = parseJoinLink(options.link, {
    allowsHttp: options.allowsHttp || config.CREWBOARD_INSECURE_HTTP,
  });
  const caFile = options.caFile === undefined ? undefined : resolve(options.caFile);
  const { machine } = agentIdentity({ machine: options.machine ?? config.CREWBOARD_MACHINE });
  // With the token that it had, the machine stays the same one to the board. One that can't be read is no loss.
  const previous = await readCredentials(config.CREWBOARD_DATA_DIR).catch(() => undefined);
  const previousToken = previous?.url === url ? previous.token : undefined;
  const connection = connectBoard(url, networkOf(config, caFile));
  try {
    const request = { code, machine, ...(previousToken === undefined ? {} : { previousToken }) };
    const answer = await joinBoard(connection, request, signal).catch((error: unknown) => {
      throw refusesCode(error) ? new CodeRefused(REFUSED, { cause: error }) : error;
    });
    const credentials = { ...answer, url, ...(caFile === undefined ? {} : { caFile }) };
    await saveCredentials(config.CREWBOARD_DATA_DIR, credentials);
    return credentials;
  } finally {
    await connection.close();
  }
};

const REFUSED =
  'The board does not take this code: it was used already, has expired, or is not whole. A code lets one machine join, once. ' +
  'Ask for another invitation and paste its whole line.';

const refusesCode = (error: unknown): boolean =>
  error instanceof BoardError && error.isOfBoard && (isStatus(error, 400) || isStatus(error, 403));
