import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../cli/src/demo/random.ts';
import type { Team } from './team.ts';

const WRITE_EVERY_MS = 100;
/** So many of the machines write each time. */
const WRITERS = 8;

/** Lets machines write, some by chance each time, until the signal; what they have written are whole lines then. */
export const play = (team: Team, random: Random, signal: AbortSignal): Promise<void> =>
  writeUntil(signal, team, () => {
    for (let count = 0; count < WRITERS; count++) random.pick(team.machines).write(random);
  });

/** The same with one at a time, in turn: none rests for long. */
export const playInTurn = (team: Team, random: Random, signal: AbortSignal): Promise<void> => {
  let turn = random.int(0, team.machines.length - 1);
  return writeUntil(signal, team, () => {
    turn = (turn + 1) % team.machines.length;
    team.machines[turn]?.write(random);
  });
};

const writeUntil = async (signal: AbortSignal, { machines }: Team, write: () => void): Promise<void> => {
  while (!signal.aborted) {
    write();
    await sleep(WRITE_EVERY_MS);
  }
  for (const machine of machines) machine.finishLine();
};
