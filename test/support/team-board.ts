import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';
import { type BoardClient, createBoardClient } from './board-client.ts';
import { freePort } from './port.ts';
import { type Program, startCommand, startProgram } from './program.ts';
import { type RunningRedis, startRedis } from './redis.ts';

export const crewboard = fileURLToPath(new URL('../../cli/bin/crewboard.js', import.meta.url));

export const PASSWORD = 'a password of the team';

/** How long a test waits for what a board does, on a machine with other work. */
export const PATIENCE = { timeout: 60_000, interval: 50 };

/** A team's board: a Redis and the services as processes, on all addresses of this machine. */
export interface TeamBoard {
  redis: RunningRedis;
  port: number;
  url: string;
  /** As Lea, who has signed in. */
  client: BoardClient;
  services: readonly Program[];
  /** A token for a machine of this name, as a program is given one. */
  issueToken(machine: string, owner: string): Promise<string>;
  /** The line to paste that an invitation prints, without its `npx`. */
  invite(owner: string, url: string): Promise<string[]>;
}

/** Starts one; it is gone with the end of the test. */
export const startTeamBoard = async ({
  logLevel = 'warn',
  enricherEnv = {},
}: {
  logLevel?: string;
  enricherEnv?: Record<string, string>;
} = {}): Promise<TeamBoard> => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const port = await freePort();
  const env = { REDIS_URL: redis.url, LOG_LEVEL: logLevel };
  const health = async () => ({ ...env, HEALTH_PORT: String(await freePort()) });
  const gateway = { ...env, HOST: '0.0.0.0', PORT: String(port), CREWBOARD_PASSWORD: PASSWORD };
  const services = [
    startProgram('services/gateway.js', [], gateway),
    startProgram('services/status.js', [], await health()),
    startProgram('services/enricher.js', [], { ...(await health()), ...enricherEnv }),
  ];
  const url = `http://127.0.0.1:${port}`;
  const client = createBoardClient(url);
  await vi.waitFor(() => client.isReady(), PATIENCE);
  await client.signIn('Lea', PASSWORD);

  const token = async (...args: string[]): Promise<string> => {
    const program = startCommand(process.execPath, [crewboard, 'token', ...args], env);
    if ((await program.exited) !== 0) throw new Error(program.output());
    return program.output();
  };
  return {
    redis,
    port,
    url,
    client,
    services,
    issueToken: async (machine, owner) =>
      /cbm_\S+/.exec(await token('issue', '--machine', machine, '--owner', owner))?.[0] ?? '',
    invite: async (owner, at) =>
      (/npx crewboard (agent --join \S+)/.exec(await token('invite', '--owner', owner, '--url', at))?.[1] ?? '').split(
        ' ',
      ),
  };
};
