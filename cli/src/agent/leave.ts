import { type AgentConfig, credentialsPath, forgetCredentials, readCredentials } from '@crewboard/ingest';

/** `crewboard agent --leave`: forgets the board that was joined. An agent that runs stops sending within seconds. */
export const leaveBoard = async ({ CREWBOARD_DATA_DIR: dataDir }: AgentConfig): Promise<void> => {
  // What can't be read is forgotten as well.
  const credentials = await readCredentials(dataDir).catch(() => undefined);
  await forgetCredentials(dataDir);
  if (credentials) {
    console.log(`This machine has left ${credentials.url}: nothing is sent any more, and its token is gone from here.`);
    console.log(
      'What was sent stays on the board. An admin of it ends the token there, too (`crewboard token revoke`).',
    );
  } else console.log(`This machine has joined no board: there is no ${credentialsPath(dataDir)}.`);
};
