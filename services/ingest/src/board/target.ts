import { ConfigError } from '@crewboard/runtime';
import type { AgentConfig } from '../config.ts';
import { boardAddress } from './address.ts';
import { credentialsPath, machineIdOf, readCredentials } from './credentials.ts';

/** Whom an agent tells, by what it was set to. */
export type Target =
  | {
      kind: 'board';
      from: 'environment' | 'credentials';
      url: string;
      token: string;
      /** Stays when the board or the machine is renamed. */
      machineId: string;
      /** What the board calls the machine and its person, as of when it joined. */
      identity?: { machine: string; owner: string };
      caFile?: string | undefined;
    }
  | { kind: 'redis'; url: string };

/** Nothing says whom to tell. */
export class NotJoined extends ConfigError {
  constructor(dataDir: string) {
    super(
      'This machine has not joined a board. Ask for an invitation (its admin has a page for that, or runs `crewboard token invite`), ' +
        'and paste the line that it shows: crewboard agent --join <link>\n' +
        `(Looked for CREWBOARD_URL with CREWBOARD_TOKEN, ${credentialsPath(dataDir)}, REDIS_URL. A board of your own needs no agent: crewboard up)`,
    );
  }
}

/** What is set goes before what was joined: that is how one tries another board. Throws {@link ConfigError}, {@link NotJoined}. */
export const findTarget = async (config: AgentConfig): Promise<Target> => {
  const { CREWBOARD_URL, CREWBOARD_TOKEN, CREWBOARD_DATA_DIR, REDIS_URL } = config;
  if (CREWBOARD_URL !== undefined && CREWBOARD_TOKEN !== undefined) {
    const machineId = machineIdOf(CREWBOARD_TOKEN);
    if (machineId === undefined) {
      throw new ConfigError(
        'CREWBOARD_TOKEN is no token of a machine: those begin with cbm_ (a code to join begins with cbi_).',
      );
    }
    const url = boardAddress(CREWBOARD_URL, { allowsHttp: config.CREWBOARD_INSECURE_HTTP });
    return { kind: 'board', from: 'environment', url, token: CREWBOARD_TOKEN, machineId };
  }
  const credentials = await readCredentials(CREWBOARD_DATA_DIR);
  if (credentials) {
    const { url, token, machineId, machine, owner, caFile } = credentials;
    return { kind: 'board', from: 'credentials', url, token, machineId, identity: { machine, owner }, caFile };
  }
  if (REDIS_URL !== undefined) return { kind: 'redis', url: REDIS_URL };
  throw new NotJoined(CREWBOARD_DATA_DIR);
};
