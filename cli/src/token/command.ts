import { userInfo } from 'node:os';
import { type Access, createAccess } from '@crewboard/access';
import { joinCommand } from '@crewboard/contract';
import { createLogger, parseConfig } from '@crewboard/runtime';
import { openRecords } from '../log.ts';
import { type Settings, settingsSchema } from '../settings.ts';
import { span } from '../time-words.ts';
import { joinAddress } from './address.ts';
import { findMachine } from './find-machine.ts';
import { parseName, parseTtl } from './typed.ts';
import { describeAccess, shown } from './wording.ts';

export interface InviteFlags {
  owner: string;
  expires: string;
  url?: string;
}

export interface IssueFlags {
  machine: string;
  owner: string;
}

const readSettings = (env: NodeJS.ProcessEnv): Settings => parseConfig(settingsSchema, env);

/** Works beside a board that runs: what it changes is heeded at once. */
const withAccess = async <Result>(settings: Settings, work: (access: Access) => Promise<Result>): Promise<Result> => {
  // The standard output is for what a program takes from it.
  const logger = createLogger({ name: 'crewboard', level: settings.LOG_LEVEL, destination: process.stderr });
  const access = createAccess(await openRecords(settings, logger));
  try {
    return await work(access);
  } finally {
    await access.close();
  }
};

/** Who runs this command, for the list of machines. */
const inviter = (): string => {
  try {
    return `${userInfo().username}, on the server`;
  } catch {
    // A container's user may have no name.
    return 'somebody on the server';
  }
};

/** What is for the person and not for the program that takes the output. */
const note = (text: string): void => console.error(text);

/** `crewboard token invite`: prints the line to paste, and nothing else, to the standard output. */
export const invite = async (env: NodeJS.ProcessEnv, flags: InviteFlags): Promise<void> => {
  const settings = readSettings(env);
  const owner = parseName('--owner', flags.owner);
  const ttlMs = parseTtl(flags.expires);
  const { address, caution } = joinAddress(settings, flags.url);
  const { code } = await withAccess(settings, (access) => access.invite({ owner, by: inviter(), ttlMs }));
  console.log(joinCommand(address, code));
  note(`Lets one machine of ${owner} join, once, within ${span(ttlMs)}. Until then the line is as good as a password.`);
  if (caution !== undefined) note(caution);
};

/** `crewboard token list`: the machines in the order in which they joined, then the open invitations. */
export const list = async (env: NodeJS.ProcessEnv, { json }: { json?: true }): Promise<void> => {
  const [machines, invites] = await withAccess(readSettings(env), (access) =>
    Promise.all([access.machines(), access.invites()]),
  );
  machines.sort((a, b) => a.joinedAt - b.joinedAt);
  invites.sort((a, b) => a.createdAt - b.createdAt);
  if (json) console.log(JSON.stringify({ machines, invites }, null, 2));
  else for (const line of describeAccess(machines, invites, Date.now())) console.log(line);
};

/** `crewboard token revoke`: the machine's next request is refused. Rejects where there is no one machine to revoke. */
export const revoke = async (env: NodeJS.ProcessEnv, said: string): Promise<void> => {
  const { machine, owner } = await withAccess(readSettings(env), async (access) => {
    const found = findMachine(await access.machines(), said, Date.now());
    await access.revoke(found.machineId);
    return found;
  });
  console.log(`“${shown(machine)}” of ${shown(owner)} is cut off. What it has sent stays on the board.`);
};

/** `crewboard token cancel`: the invitation's line is good no more. Rejects where there is none. */
export const cancel = async (env: NodeJS.ProcessEnv, id: string): Promise<void> => {
  const isCancelled = await withAccess(readSettings(env), (access) => access.cancelInvite(id));
  if (!isCancelled) {
    throw new Error(
      `There is no open invitation “${shown(id)}”: it was used, has expired, or never was. \`crewboard token list\` shows the open ones.`,
    );
  }
  console.log('The invitation is taken back: nobody can join with its line.');
};

/** `crewboard token issue`: prints the token, and nothing else, to the standard output. */
export const issue = async (env: NodeJS.ProcessEnv, flags: IssueFlags): Promise<void> => {
  const settings = readSettings(env);
  const options = { machine: parseName('--machine', flags.machine), owner: parseName('--owner', flags.owner) };
  const { token, machine, owner } = await withAccess(settings, (access) => access.issue({ ...options, by: inviter() }));
  console.log(token);
  note(
    `For “${machine}” of ${owner}: set CREWBOARD_URL and CREWBOARD_TOKEN where its agent runs. It is shown this once, and ends the one that the machine had before.`,
  );
};
