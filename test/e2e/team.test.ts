import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Session } from '@crewboard/contract';
import { expect, it, vi } from 'vitest';
import { startSolo, untilBoard } from '../support/board.ts';
import { openMachineNetworks } from '../support/machine-network.ts';
import { scratchDir, startCommand } from '../support/program.ts';
import { openRecording } from '../support/recording.ts';
import { crewboard, PATIENCE, startTeamBoard } from '../support/team-board.ts';

/** What the recorded sessions come to. */
const AT_REST: readonly unknown[] = ['waiting_for_input', 'idle'];

/** Three people and their machines, each with a session of its own. */
const PEOPLE = [
  { owner: 'Mara King', machine: 'mara-laptop', capture: 'approve' },
  { owner: 'Jonas Weber', machine: 'jonas-desktop', capture: 'two' },
  { owner: 'Aya Sato', machine: 'aya-laptop', capture: 'slowtool' },
] as const;

/** What of a session two boards that saw the same transcript must agree on, whatever way the events took. */
const told = ({ prompts, usage, status, ended, startedAt, lastActivityAt }: Session) => ({
  prompts,
  tokens: usage.tokens,
  status,
  ended,
  startedAt,
  lastActivityAt,
});

it('three machines of three people report into one board; one is cut off and comes back', {
  timeout: 240_000,
}, async () => {
  const board = await startTeamBoard();
  expect((await fetch(`${board.url}/api/board`)).status).toBe(401);

  const networks = await openMachineNetworks(board.port, PEOPLE.length);
  const machines = await Promise.all(
    PEOPLE.map(async ({ owner, machine, capture }, index) => {
      const network = networks[index];
      if (!network) throw new Error('a machine without a network');
      const home = await scratchDir();
      await mkdir(join(home, '.claude'), { recursive: true });
      const recording = await openRecording(join(home, '.claude'), capture);
      await recording.begin();
      // The very line that a person pastes, but for the name of the package.
      const line = await board.invite(owner, network.boardUrl);
      const args = [crewboard, ...line, '--machine', machine, '--insecure-http'];
      const agent = startCommand(...network.on(process.execPath, args), {
        HOME: home,
        CLAUDE_CONFIG_DIR: join(home, '.claude'),
        CREWBOARD_DATA_DIR: join(home, '.crewboard'),
      });
      return { owner, machine, network, home, recording, agent };
    }),
  );
  const [, jonas] = machines;
  if (!jonas) throw new Error('nobody to cut off');
  const sessionOf = async ({ recording }: (typeof machines)[number]): Promise<Session | undefined> =>
    (await board.client.sessions()).get(recording.sessionId);

  // Sessions of all, each with its person and machine.
  await vi.waitFor(async () => {
    const sessions = [...(await board.client.sessions()).values()];
    const people = sessions.map(({ owner, machine }) => `${owner} on ${machine}`);
    expect(people.sort()).toEqual(machines.map(({ owner, machine }) => `${owner} on ${machine}`).sort());
  }, PATIENCE);

  // Cut off, while its session goes on.
  const cutAt = Date.now();
  jonas.network.cut();
  await jonas.recording.finish();
  await vi.waitFor(async () => expect((await sessionOf(jonas))?.condition?.kind).toBe('offline'), PATIENCE);
  const offlineAfterMs = Date.now() - cutAt;
  console.log(`marked offline ${(offlineAfterMs / 1000).toFixed(1)} s after the cut`);
  expect((await sessionOf(jonas))?.status).not.toBe('working');
  for (const machine of machines) {
    if (machine !== jonas) expect((await sessionOf(machine))?.condition?.kind).not.toBe('offline');
  }

  // Back: it is told on, in order, and nothing twice.
  jonas.network.mend();
  for (const machine of machines) if (machine !== jonas) await machine.recording.finish();
  await vi.waitFor(async () => {
    for (const machine of machines) {
      const session = await sessionOf(machine);
      expect(session?.condition?.kind).not.toBe('offline');
      expect(AT_REST).toContain(session?.status);
    }
  }, PATIENCE);
  console.log(`caught up ${((Date.now() - cutAt - offlineAfterMs) / 1000).toFixed(1)} s after the wire was mended`);

  // The same transcript on a board of its own, where nothing was ever cut, tells the same.
  const home = await scratchDir();
  await cp(join(jonas.home, '.claude'), join(home, '.claude'), { recursive: true });
  const solo = await startSolo(home);
  await untilBoard(solo.url, (sessions) => expect(AT_REST).toContain(sessions[0]?.status));
  const alone = await fetch(`${solo.url}/api/sessions/${jonas.recording.sessionId}`);
  const expected = told((await alone.json()) as Session);
  await vi.waitFor(async () => {
    const session = await sessionOf(jonas);
    expect(session && told(session)).toEqual(expected);
  }, PATIENCE);

  for (const { agent } of machines) await agent.stop();
  // Fifteen seconds by the rules of the board; the rest is for a machine with other work.
  expect(offlineAfterMs).toBeLessThan(15_000 + 10_000);
});
