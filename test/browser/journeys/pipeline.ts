import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { openGithub, type StubGithub } from '../../../services/enricher/test/stub-github.ts';
import { openStubModel, type StubModel } from '../../../services/enricher/test/stub-model.ts';
import { PASSWORDS, signIn } from '../../../services/gateway/test/sign-in.ts';
import { until } from '../../chaos/until.ts';
import { type ClientMachine, openClientMachine } from '../../support/claude-client.ts';
import { freePort } from '../../support/port.ts';
import { type Program, spawnProgram } from '../../support/program.ts';
import { crewboard } from '../../support/team-board.ts';

const WEBHOOK_SECRET = 'what GitHub and the board know';
const PATIENCE_MS = 60_000;

/** Whose machines report to the board. */
export const MARA = { owner: 'Mara King', machine: 'mara-laptop' } as const;
export const JONAS = { owner: 'Jonas Weber', machine: 'jonas-desktop' } as const;

/**
 * All of Crewboard as people run it: `crewboard up` with a password on Mara's machine, an agent on Jonas's that has joined it, and the
 * world that both ask, as far as there are stubs of it. What happens there happens in files.
 */
export interface Pipeline {
  url: string;
  mara: ClientMachine;
  jonas: ClientMachine;
  github: StubGithub;
  model: StubModel;
  /** Lets a browser's pages be this person's, a member of the team. */
  signIn(context: BrowserContext, name: string): Promise<void>;
  /** GitHub tells the board that something changed in a repository. */
  webhook(repository: string): Promise<void>;
  /** The board's process is killed. */
  goAway(): Promise<void>;
  /** Under the same address as before, with the same folders. */
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/** What is there before everything starts. */
export type World = Pick<Pipeline, 'mara' | 'jonas' | 'github' | 'model'>;

/** `fill`: leaves in the folders, and with the stubs, what everything starts with. */
export const openPipeline = async (fill: (world: World) => Promise<void>): Promise<Pipeline> => {
  const dir = await mkdtemp(join(tmpdir(), 'crewboard-journey-'));
  const [mara, jonas] = [openClientMachine(join(dir, 'mara')), openClientMachine(join(dir, 'jonas'))];
  const [github, model, port] = await Promise.all([openGithub(), openStubModel(), freePort()]);
  await fill({ mara, jonas, github, model });
  const url = `http://127.0.0.1:${port}`;
  const programs: Program[] = [];

  const start = (
    machine: ClientMachine,
    who: typeof MARA | typeof JONAS,
    args: string[],
    env: Record<string, string>,
  ): Program => {
    const own = {
      HOME: machine.home,
      CLAUDE_CONFIG_DIR: machine.claudeDir,
      CREWBOARD_DATA_DIR: machine.dataDir,
      CREWBOARD_OWNER: who.owner,
      CREWBOARD_MACHINE: who.machine,
      CREWBOARD_PRIVACY: 'full',
    };
    const program = spawnProgram(process.execPath, [crewboard, ...args], { ...own, ...env });
    programs.push(program);
    return program;
  };
  const startBoard = async (): Promise<Program> => {
    const program = start(mara, MARA, ['up'], {
      PORT: String(port),
      CREWBOARD_PASSWORD: PASSWORDS.member,
      CREWBOARD_ADMIN_PASSWORD: PASSWORDS.admin,
      CREWBOARD_SUMMARIES: 'model',
      ANTHROPIC_API_KEY: 'a key of the stub',
      ANTHROPIC_BASE_URL: model.url,
      CREWBOARD_PULL_REQUESTS: 'on',
      GITHUB_TOKEN: 'a token of the stub',
      GITHUB_API_URL: github.url,
      GITHUB_WEBHOOK_SECRET: WEBHOOK_SECRET,
    });
    await until(() => {
      if (!program.output().includes(`Crewboard is at ${url}`)) throw new Error(`no board: ${program.output()}`);
    }, PATIENCE_MS);
    return program;
  };

  let board = await startBoard();
  const issued = start(mara, MARA, ['token', 'issue', '--machine', JONAS.machine, '--owner', JONAS.owner], {});
  await issued.exited;
  const token = /cbm_\S+/.exec(issued.output())?.[0] ?? '';
  start(jonas, JONAS, ['agent'], { CREWBOARD_URL: url, CREWBOARD_TOKEN: token });

  return {
    url,
    mara,
    jonas,
    github,
    model,
    signIn: async (context, name) => {
      const [cookie = '', value = ''] = (await signIn(url, { name, password: PASSWORDS.member })).split('=');
      await context.addCookies([{ name: cookie, value, url }]);
    },
    webhook: async (repository) => {
      const body = JSON.stringify({ action: 'completed', at: randomUUID(), repository: { full_name: repository } });
      const signature = `sha256=${createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex')}`;
      const headers = {
        'content-type': 'application/json',
        'x-github-event': 'check_run',
        'x-hub-signature-256': signature,
      };
      const { status } = await fetch(`${url}/api/webhooks/github`, { method: 'POST', body, headers });
      if (status !== 202) throw new Error(`the webhook is answered with ${status}`);
    },
    goAway: () => board.kill(),
    comeBack: async () => {
      board = await startBoard();
    },
    close: async () => {
      await Promise.all(programs.map((program) => program.kill()));
      await Promise.all([mara.close(), jonas.close(), github.stop()]);
      model.stop();
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
};
