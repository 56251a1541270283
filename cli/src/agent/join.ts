import { type AgentConfig, credentialsPath, join } from '@crewboard/ingest';
import { ConfigError } from '@crewboard/runtime';

export interface JoinFlags {
  /** What the board is to call this machine. */
  machine?: string;
  /** A file with certificates. */
  ca?: string;
  insecureHttp?: true;
}

const WITHIN_MS = 60_000;

/** `crewboard agent --join <link>`: makes this machine one of a board's. Says what it did in two lines. */
export const joinBoard = async (config: AgentConfig, link: string, flags: JoinFlags): Promise<void> => {
  if (config.CREWBOARD_TOKEN !== undefined) {
    throw new ConfigError(
      'CREWBOARD_URL and CREWBOARD_TOKEN are set, and go before what a machine joins: unset them first.',
    );
  }
  const options = { link, machine: flags.machine, caFile: flags.ca, allowsHttp: flags.insecureHttp ?? false };
  const { machine, owner, url } = await join(config, options, AbortSignal.timeout(WITHIN_MS));
  console.log(`This machine is “${machine}” of ${owner} on ${url} now.`);
  console.log(`Its token lies in ${credentialsPath(config.CREWBOARD_DATA_DIR)}, for this account only.`);
};
