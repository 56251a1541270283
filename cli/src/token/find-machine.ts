import type { JoinedMachine } from '@crewboard/access';
import { ago } from '../time-words.ts';
import { shown } from './wording.ts';

/** The machine that a person means by its name or id, among those that are not revoked. Throws where that is none, or several. */
export const findMachine = (machines: readonly JoinedMachine[], said: string, now: number): JoinedMachine => {
  const meant = machines.filter(({ machine, machineId }) => machine === said || machineId === said);
  const good = meant.filter(({ revokedAt }) => revokedAt === null);
  const [found, ...more] = good;
  if (more.length > 0) {
    const each = good.map(({ machine, owner, machineId }) => `  ${machineId}  “${shown(machine)}” of ${shown(owner)}`);
    throw new Error(`“${shown(said)}” may be one of several machines. Say which, by its id:\n${each.join('\n')}`);
  }
  if (found) return found;
  const revoked = meant.find(({ revokedAt }) => revokedAt !== null);
  if (revoked) {
    const since = ago(revoked.revokedAt ?? now, now);
    throw new Error(`“${shown(revoked.machine)}” of ${shown(revoked.owner)} was revoked ${since} already.`);
  }
  throw new Error(
    `No machine is called “${shown(said)}”, nor has it as its id. \`crewboard token list\` shows them all.`,
  );
};
