import { createInterface } from 'node:readline/promises';
import {
  type AgentConfig,
  agentConfigSchema,
  BoardError,
  boardClient,
  connectBoard,
  findTarget,
  forgetInJournal,
  isRevoked,
  networkOf,
  noteForgotten,
  sessionsIn,
  targetName,
  toldSessions,
  untilAccepted,
} from '@crewboard/ingest';
import { createLogger, parseConfig } from '@crewboard/runtime';

export interface ForgetFlags {
  repo?: string;
  session?: string;
  all?: true;
  yes?: true;
}

/** As many sessions as one request erases. */
const AT_ONCE = 200;

/** `crewboard forget`: has the board erase what this machine told of some sessions. Goes on until the board has done it. */
export const forget = async (env: NodeJS.ProcessEnv, flags: ForgetFlags): Promise<void> => {
  const config = parseConfig(agentConfigSchema, env);
  const target = await findTarget(config);
  if (target.kind !== 'board') throw new Error('Only a board that was joined can be asked to forget.');
  const sessionIds = selected(flags, toldSessions(config.CREWBOARD_DATA_DIR, targetName(target)));
  if (sessionIds.length === 0) {
    console.log('The board was told of no such session.');
    return;
  }
  const what = `${sessionIds.length} ${sessionIds.length === 1 ? 'session' : 'sessions'}`;
  if (!flags.yes && !(await isConfirmed(`Erase ${what} of this machine from ${target.url}?`))) return;
  const connection = connectBoard(target.url, networkOf(config, target.caFile));
  const board = boardClient(connection, target.token);
  try {
    let forgotten = 0;
    for (let from = 0; from < sessionIds.length; from += AT_ONCE) {
      const piece = sessionIds.slice(from, from + AT_ONCE);
      forgotten += await untilForgotten((signal) => board.forget(piece, signal), config);
      forgetInJournal(config.CREWBOARD_DATA_DIR, new Set(piece));
      noteForgotten(config.CREWBOARD_DATA_DIR, targetName(target), piece);
    }
    console.log(`The board holds nothing of ${forgotten} of ${what} any more: no card, no history, no event.`);
    console.log('What nobody can take back: backups of the board, and what people have seen or copied.');
    console.log('Sessions that go on tell anew from now on. To keep them off the board: crewboard private on');
  } finally {
    await connection.close();
  }
};

const selected = ({ repo, session, all }: ForgetFlags, told: ReturnType<typeof toldSessions>): string[] => {
  if ([repo, session, all].filter((flag) => flag !== undefined).length !== 1)
    throw new Error('Say what to forget: one of --repo <glob>, --session <id> and --all.');
  if (session !== undefined) return [session];
  return repo === undefined ? [...told.keys()] : sessionsIn(told, repo);
};

const isConfirmed = async (question: string): Promise<boolean> => {
  if (!process.stdin.isTTY) throw new Error(`${question} Nobody can be asked here: say --yes.`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
};

/** Tries until the board has done it. A board that does not know this machine any more is not asked again. */
const untilForgotten = async (
  ask: (signal: AbortSignal) => Promise<{ forgotten: number }>,
  { LOG_LEVEL }: AgentConfig,
): Promise<number> => {
  const { signal } = new AbortController();
  const logger = createLogger({ name: 'forget', level: LOG_LEVEL });
  let forgotten = 0;
  await untilAccepted(
    async () => {
      try {
        forgotten = (await ask(signal)).forgotten;
        return { ok: true };
      } catch (error) {
        if (!(error instanceof BoardError) || isRevoked(error)) throw error;
        return { ok: false, reason: error.message };
      }
    },
    { signal, logger },
  );
  return forgotten;
};
