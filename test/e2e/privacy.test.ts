import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machineSchema } from '@crewboard/contract';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { scratchDir, startCommand, startProgram } from '../support/program.ts';
import { openRecording } from '../support/recording.ts';
import { dumpOf } from '../support/redis-dump.ts';
import { crewboard, PATIENCE, startTeamBoard } from '../support/team-board.ts';

const machinesSchema = z.object({ machines: z.array(machineSchema) });

it('a developer hides a session, shows it again, and has the board forget it', { timeout: 180_000 }, async () => {
  const board = await startTeamBoard();
  const home = await scratchDir();
  const claudeDir = join(home, '.claude');
  mkdirSync(join(claudeDir, 'sessions'), { recursive: true });
  const { sessionId, begin, finish } = await openRecording(claudeDir, 'approve');
  await begin();
  // Its process is this one: it lives as long as the test.
  const presence = { pid: process.pid, sessionId, cwd: '/home/dev/widgets', version: '2.1.330' };
  writeFileSync(
    join(claudeDir, 'sessions', `${process.pid}.json`),
    JSON.stringify({ ...presence, kind: 'interactive', status: 'busy', statusUpdatedAt: Date.now() }),
  );
  const env = {
    HOME: home,
    CLAUDE_CONFIG_DIR: claudeDir,
    CREWBOARD_DATA_DIR: join(home, '.crewboard'),
    CREWBOARD_URL: board.url,
    CREWBOARD_TOKEN: await board.issueToken('laptop', 'Mara King'),
  };
  startProgram('crewboard.js', ['agent'], env);
  const say = async (...args: string[]): Promise<string> => {
    const program = startCommand(process.execPath, [crewboard, ...args], env);
    expect(await program.exited, program.output()).toBe(0);
    return program.output();
  };
  const session = async () => (await board.client.sessions()).get(sessionId);
  const privateSessions = async () => {
    const answer = await board.client.request('/api/machines');
    return machinesSchema.parse(await answer.json()).machines[0]?.report.privacy?.privateSessions;
  };
  await vi.waitFor(async () => expect((await session())?.goal).toBe('SCENARIO:bash please'), PATIENCE);
  expect(await dumpOf(board.redis.url)).toContain('SCENARIO:bash please');

  await say('private', 'on', '--all');
  await vi.waitFor(async () => expect(await session()).toBeUndefined(), PATIENCE);
  await vi.waitFor(async () => expect(await privateSessions()).toBe(1), PATIENCE);
  await finish();

  await say('private', 'off', '--all');
  await vi.waitFor(async () => expect(await session()).toMatchObject({ repo: 'widgets', status: 'working' }), PATIENCE);
  await vi.waitFor(async () => expect(await privateSessions()).toBe(0), PATIENCE);

  // What was told before it was private is still in the log, until the board is made to forget it.
  expect(await dumpOf(board.redis.url)).toContain('SCENARIO:bash please');
  expect(await say('agent', '--show', '--sent', '--json')).toContain('SCENARIO:bash please');
  expect(await say('forget', '--all', '--yes')).toMatch(/nothing of 1 of 1 session any more/);
  expect(await dumpOf(board.redis.url)).not.toContain('SCENARIO:bash please');
  expect(await say('agent', '--show', '--sent', '--json')).not.toContain('SCENARIO:bash please');
  // It goes on, and is on the board again as somebody who has just come.
  await vi.waitFor(
    async () => expect(await session()).toMatchObject({ repo: 'widgets', goal: null, prompts: 0 }),
    PATIENCE,
  );
});
