import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, cp, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, vi } from 'vitest';
import { type Solo, startSolo, untilBoard } from '../support/board.ts';
import { scratchDir, startCommand } from '../support/program.ts';
import { crewboard, PATIENCE } from '../support/team-board.ts';

const capture = fileURLToPath(new URL('../captures/approve/claude', import.meta.url));
const SESSION = 'dad11432-301d-45c1-8a60-7d0332babe66';
const run = promisify(execFile);

/** A board, and what its admin does on the server. */
const startBoard = async () => {
  const home = await scratchDir();
  const solo: Solo = await startSolo(home);
  await untilBoard(solo.url, () => undefined);
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    CREWBOARD_DATA_DIR: join(home, '.crewboard'),
    CREWBOARD_PUBLIC_URL: solo.url,
  };
  const token = async (...args: string[]): Promise<string> =>
    (await run(process.execPath, [crewboard, 'token', ...args], { env })).stdout;
  return {
    url: solo.url,
    /** The link of a new invitation. */
    invite: async () => /--join (\S+)/.exec(await token('invite', '--owner', 'Ann'))?.[1] ?? '',
    revoke: () => token('revoke', 'laptop'),
  };
};

/** A developer's account with a recorded session, and a systemd that does nothing. */
const startAccount = async () => {
  const home = await scratchDir();
  await cp(capture, join(home, '.claude'), { recursive: true });
  await mkdir(join(home, 'bin'));
  await writeFile(join(home, 'bin', 'systemctl'), '#!/bin/sh\ncase "$*" in *is-active*) echo active;; esac\n', {
    mode: 0o755,
  });
  const env = { PATH: `${join(home, 'bin')}:${process.env.PATH}`, HOME: home };
  const transcript = join(home, '.claude/projects/-home-dev-widgets', `${SESSION}.jsonl`);
  return {
    home,
    agent: async (...args: string[]) => {
      const program = startCommand(process.execPath, [crewboard, 'agent', ...args], env);
      return { code: await program.exited, output: program.output() };
    },
    /** What the unit says, run as systemd runs it: with nothing of this terminal. */
    startInstalled: async () => {
      const unit = await readFile(join(home, '.config/systemd/user/crewboard-agent.service'), 'utf8');
      const [node = '', ...args] = [...(/^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '').matchAll(/"([^"]*)"/g)].map(
        ([, word]) => word ?? '',
      );
      expect(args[0]?.startsWith(join(home, '.crewboard/app/'))).toBe(true);
      return startCommand(node, args, { HOME: home });
    },
    prompt: (text: string) => {
      const message = { role: 'user', content: text };
      const entry = {
        type: 'user',
        message,
        uuid: `u-${text}`,
        sessionId: SESSION,
        cwd: '/home/dev/widgets',
        promptSource: 'typed',
      };
      return appendFile(transcript, `${JSON.stringify({ ...entry, timestamp: new Date().toISOString() })}\n`);
    },
  };
};

it('a machine joins with one line and is kept running; cut off it sends nothing, and joined anew it lost nothing', {
  timeout: 180_000,
}, async () => {
  const board = await startBoard();
  const { home, agent, startInstalled, prompt } = await startAccount();
  const before = await agent();
  expect(before).toMatchObject({ code: 1, output: expect.stringContaining('crewboard agent --join <link>') });

  const link = await board.invite();
  const joined = await agent('--join', link, '--machine', 'laptop', '--install');
  expect(joined).toMatchObject({ code: 0, output: expect.stringContaining('This machine is “laptop” of Ann on') });
  expect((await stat(join(home, '.crewboard/agent/credentials.json'))).mode & 0o777).toBe(0o600);
  const used = await agent('--join', link);
  expect(used).toMatchObject({ code: 1, output: expect.stringContaining('Ask for another invitation') });

  const installed = await startInstalled();
  const onBoard = (prompts: number) =>
    untilBoard(board.url, (sessions) =>
      expect(sessions).toMatchObject([{ sessionId: SESSION, machine: 'laptop', owner: 'Ann', prompts }]),
    );
  await onBoard(1);
  await vi.waitFor(async () => {
    const { code, output } = await agent('--status');
    expect(output).toContain('as “laptop” of Ann');
    expect(code, output).toBe(0);
  }, PATIENCE);
  expect(await agent()).toMatchObject({ code: 1, output: expect.stringContaining('already') });

  await board.revoke();
  await vi.waitFor(() => expect(installed.output()).toContain('join again: crewboard agent --join'), PATIENCE);
  await prompt('while it was cut off');
  await vi.waitFor(
    async () => expect(await agent('--status')).toMatchObject({ code: 1, output: expect.stringContaining('revoked') }),
    PATIENCE,
  );

  const again = await agent('--join', await board.invite(), '--machine', 'laptop');
  expect(again).toMatchObject({ code: 0, output: expect.stringContaining('goes on with it by itself') });
  await onBoard(2);

  await agent('--uninstall', '--leave');
  expect(existsSync(join(home, '.crewboard/app'))).toBe(false);
  await installed.stop();
  expect(await installed.exited).toBe(0);
  expect(existsSync(join(home, '.crewboard/agent/running.json'))).toBe(false);
});
