import { stat } from 'node:fs/promises';
import { compatibilityOf } from '@crewboard/contract';
import {
  type AgentConfig,
  BoardError,
  boardClient,
  connectBoard,
  credentialsPath,
  explain,
  findTarget,
  isRevoked,
  NotJoined,
  networkOf,
  type RunningAgent,
  runningAgent,
  type Target,
} from '@crewboard/ingest';
import { version as agentVersion } from '../../package.json' with { type: 'json' };
import { type Check, fault, ok, warn } from './check.ts';
import { checkSkew } from './clock.ts';

const ANSWER_MS = 10_000;

type BoardTarget = Extract<Target, { kind: 'board' }>;

export interface BoardChecks {
  checks: Check[];
  /** True where the board told how far this machine's clock is off. */
  knowsClock: boolean;
}

/** Whom the agent tells, and whether that works: the way there, the token, the versions, the clock. Changes nothing on the board. */
export const checkBoard = async (config: AgentConfig, port: number): Promise<BoardChecks> => {
  const only = (check: Check): BoardChecks => ({ checks: [check], knowsClock: false });
  let target: Target;
  try {
    target = await findTarget(config);
  } catch (error) {
    if (error instanceof NotJoined) {
      const running = await runningAgent(config.CREWBOARD_DATA_DIR);
      return only(await checkOwnBoard(boardOf(running) ?? `http://127.0.0.1:${port}`));
    }
    const found = error instanceof Error ? error.message : String(error);
    return only(fault('Joined', found, 'An agent does not start like this.'));
  }
  if (target.kind === 'redis') return only(ok('Joined', 'an agent here appends to Redis itself (REDIS_URL)'));
  const joined = await checkJoined(target, config.CREWBOARD_DATA_DIR);
  const { checks, knowsClock } = await checkAnswer(config, target);
  return { checks: [joined, ...checks], knowsClock };
};

const checkJoined = async (target: BoardTarget, dataDir: string): Promise<Check> => {
  const name = 'Joined';
  if (target.from === 'environment') return ok(name, `${target.url}, by CREWBOARD_URL and CREWBOARD_TOKEN`);
  const path = credentialsPath(dataDir);
  const found = await stat(path).catch(() => undefined);
  if (found && process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
    const advice = `Others can read this machine’s token: chmod 600 '${path}', and join again if somebody may have.`;
    return fault(name, `${path} is open to others`, advice);
  }
  const { machine, owner } = target.identity ?? {};
  return ok(name, `${target.url}, as “${machine}” of ${owner}`);
};

const checkAnswer = async (config: AgentConfig, target: BoardTarget): Promise<BoardChecks> => {
  const sentAt = Date.now();
  try {
    const connection = connectBoard(target.url, networkOf(config, target.caFile), { timeoutMs: ANSWER_MS });
    try {
      const answer = await boardClient(connection, target.token).hello(new AbortController().signal);
      const skewMs = Math.round(answer.now - (sentAt + Date.now()) / 2);
      const way = connection.proxy === undefined ? '' : ` through the proxy ${connection.proxy}`;
      return {
        checks: [
          ok('Board', `${target.url} answers${way}`),
          ok('Token', `accepted, as “${answer.machine}” of ${answer.owner}`),
          checkVersions(answer.boardVersion),
          checkSkew(skewMs),
        ],
        knowsClock: true,
      };
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (!(error instanceof BoardError)) throw error;
    const { found, advice } = explain(error.trouble, target);
    const checks = isRevoked(error)
      ? [ok('Board', `${target.url} answers`), fault('Token', found, advice)]
      : [fault('Board', found, advice)];
    return { checks, knowsClock: false };
  }
};

const checkVersions = (boardVersion: string): Check => {
  const name = 'Versions';
  const found = `agent ${agentVersion}, board ${boardVersion}`;
  switch (compatibilityOf(agentVersion, boardVersion)) {
    case 'too_old':
      return warn(
        name,
        found,
        'This agent is too old for the board: install a newer one (npx crewboard@latest agent --install).',
      );
    case 'too_new':
      return warn(
        name,
        found,
        'The board is too old for this agent, and may not show all that it tells: update the board.',
      );
    default:
      return ok(name, found);
  }
};

/** The address of the board that an agent says that it tells; `undefined` where it tells Redis. */
const boardOf = (running: RunningAgent | undefined): string | undefined =>
  running && URL.canParse(running.tells) ? running.tells : undefined;

/** A machine that joined none may have a board of its own. */
const checkOwnBoard = async (url: string): Promise<Check> => {
  const answers = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_MS) }).then(
    async (response) => {
      await response.body?.cancel();
      return response.ok;
    },
    () => false,
  );
  if (answers) return ok('Board', `${url} answers (this machine’s own; no team’s board was joined)`);
  const advice = '`crewboard up` starts one here. To report to a team’s board, join it: crewboard agent --join <link>';
  return warn('Board', `none at ${url}, and no team’s was joined`, advice);
};
