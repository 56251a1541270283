import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../cli/src/demo/random.ts';
import type { Team } from './team.ts';

const WRITE_EVERY_MS = 100;
/** So many of the machines write each time. */
const WRITERS = 8;

/** Lets the machines write until the signal; what they have written are whole lines then. */
export const play = async (
  { machines }: Team,
  random: Random,
  signal: AbortSignal,
  writers = WRITERS,
): Promise<void> => {
  while (!signal.aborted) {
    for (let count = 0; count < writers; count++) random.pick(machines).write(random);
    await sleep(WRITE_EVERY_MS);
  }
  for (const machine of machines) machine.finishLine();
};
