import type { Invite, JoinedMachine } from '@crewboard/access';
import { withoutUnseen } from '@crewboard/contract';
import { ago, span } from '../time-words.ts';

/** A name that somebody else chose, for a terminal: nothing in it moves the cursor or paints. */
export const shown = (name: string): string => withoutUnseen(name, '\ufffd');

/** How wide a text stands, near enough: a character each. */
const widthOf = (text: string): number => [...new Intl.Segmenter().segment(text)].length;

/** Rows under their headings, in columns. */
const table = (headings: readonly string[], rows: readonly (readonly string[])[]): string[] => {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))));
  const lineOf = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd();
  return all.map(lineOf);
};

/** The machines that joined and the invitations that are open, a line each. */
export const describeAccess = (
  machines: readonly JoinedMachine[],
  invites: readonly Invite[],
  now: number,
): string[] => {
  const lines: string[] = [];
  if (machines.length === 0) lines.push('No machine has joined. `crewboard token invite --owner <name>` invites one.');
  else {
    lines.push(
      ...table(
        ['MACHINE', 'OWNER', 'ID', 'JOINED', 'INVITED BY', ''],
        machines.map(({ machine, owner, machineId, joinedAt, invitedBy, revokedAt }) => [
          shown(machine),
          shown(owner),
          machineId,
          ago(joinedAt, now),
          shown(invitedBy),
          revokedAt === null ? '' : `revoked ${ago(revokedAt, now)}`,
        ]),
      ),
    );
  }
  if (invites.length > 0) {
    lines.push(
      '',
      ...table(
        ['INVITATION', 'OWNER', 'MADE', 'BY', ''],
        invites.map(({ id, owner, createdAt, by, expiresAt }) => [
          id,
          shown(owner),
          ago(createdAt, now),
          shown(by),
          `expires in ${span(expiresAt - now)}`,
        ]),
      ),
    );
  }
  return lines;
};
