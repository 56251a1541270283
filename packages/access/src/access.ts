import type { Records } from '@crewboard/records';
import { z } from 'zod';
import { type Claims, createClaims } from './claims.ts';
import { createInvites, type Invites } from './invites.ts';
import { type Admitted, createMachines, type Machines } from './machines.ts';
import { newSecret } from './secrets.ts';
import { createViewers, type Viewers } from './viewers.ts';

export interface JoinRequest {
  code: string;
  /** What the machine would like to be called; another's name gets a number behind it. */
  machine: string;
  /** The token that the machine had on this board before, revoked or not: with it, it stays the same machine. */
  previousToken?: string | undefined;
}

/**
 * Who may do what on one board: machines by their tokens, people by their sign-in. Knows no HTTP. Names are as their
 * callers parsed them. Every call throws `LogUnavailable` where the store can't be reached.
 */
export interface Access extends Invites, Machines, Claims, Viewers {
  /**
   * Uses up a code; the token is told this once. `undefined` where the code is not good (any more). A machine of the same
   * owner and name, or the one whose token is shown, is replaced: its old token ends.
   */
  join(request: JoinRequest): Promise<Admitted | undefined>;
  /** One random text of this board, for hashing names the same way on all its machines. */
  repositorySalt(): Promise<string>;
  /** Closes its records. */
  close(): Promise<void>;
}

const saltSchema = z.object({ salt: z.string().min(1) });

const parseSalt = (value: unknown): string | undefined => saltSchema.safeParse(value).data?.salt;

export const createAccess = (records: Records, now: () => number = Date.now): Access => {
  const { useUp, ...invites } = createInvites(records, now);
  const { admit, ...machines } = createMachines(records, now);

  return {
    ...invites,
    ...machines,
    ...createClaims(records, now),
    ...createViewers(records, now),
    async join({ code, machine, previousToken }) {
      const invite = await useUp(code);
      return invite && admit({ machine, owner: invite.owner, by: invite.by, previousToken });
    },
    async repositorySalt() {
      const salt = newSecret();
      const before = await records.update('board', 'salt', (current) =>
        parseSalt(current) === undefined ? { value: { salt } } : 'keep',
      );
      return parseSalt(before) ?? salt;
    },
    close: () => records.close(),
  };
};
