import { FORMER_NAMES_MAX } from '@crewboard/contract';
import type { Records } from '@crewboard/records';
import { z } from 'zod';
import { CLAIM_TTL_MS } from './claims.ts';
import { createMachineNames } from './machine-names.ts';
import { formatCredential, hashSecret, isId, isSecret, newSecret, parseCredential } from './secrets.ts';
import { epochMs, name, secretHash } from './shapes.ts';

const machineSchema = z.object({
  machine: name,
  owner: name,
  tokenHash: secretHash,
  joinedAt: epochMs,
  invitedBy: name,
  revokedAt: epochMs.nullable(),
  /** Of its name, see `machine-names.ts`. */
  hold: z.string(),
  /** The latest ones, the oldest first; absent from a machine that was never renamed. */
  formerNames: z.array(name).optional(),
});
type MachineRecord = z.infer<typeof machineSchema>;

/** A machine that has joined; `revokedAt` tells since when its token is refused, null while it is good. */
export type JoinedMachine = Omit<MachineRecord, 'tokenHash' | 'hold'> & { machineId: string };

/** Whom a machine's token names: what the board stamps on all that comes with it. */
export interface MachineIdentity {
  /** Stays the same when the machine is renamed. */
  machineId: string;
  /** What the board calls it; unlike any other machine's of the board. */
  machine: string;
  owner: string;
  /** What it was called when it joined before, where that was another name; the latest {@link FORMER_NAMES_MAX}, the oldest first. */
  formerNames?: readonly string[] | undefined;
}

export interface Machines {
  /** A token without an invitation, for machines that are set up by a program. */
  issue(options: { machine: string; owner: string; by: string }): Promise<Admitted>;
  /** `undefined` for a token that was never given, or was revoked. Reads the store each time: a revoked one ends at once. */
  machineOf(token: string): Promise<MachineIdentity | undefined>;
  /** Those that are revoked too, for 60 days. */
  machines(): Promise<JoinedMachine[]>;
  /** Ends the token. Resolves with false where there is no such machine, or it is revoked already. */
  revoke(machineId: string): Promise<boolean>;
}

/** What a machine is told when it joins. Its token is told this once. */
export interface Admitted extends MachineIdentity {
  token: string;
  /** What it was called before, where that was otherwise: the board knows nobody of that name now. */
  formerly?: string;
}

export interface AdmitOptions {
  machine: string;
  owner: string;
  by: string;
  previousToken?: string | undefined;
}

/** As long as the claims of a revoked machine may stand: its owner, invited again, gets the same machine back. */
const REVOKED_TTL_MS = CLAIM_TTL_MS;

const parsed = new WeakMap<object, MachineRecord>();

/** Each request asks whose its token is, and gets the same value of the store until another is written. */
const parse = (value: unknown): MachineRecord | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const known = parsed.get(value);
  if (known) return known;
  const record = machineSchema.safeParse(value).data;
  if (record) parsed.set(value, record);
  return record;
};

/** What a machine was called before it is called `machine`. */
const formerNamesAfter = (before: MachineRecord | undefined, machine: string): string[] => {
  if (!before) return [];
  const names = new Set([...(before.formerNames ?? []), before.machine]);
  names.delete(machine);
  return [...names].slice(-FORMER_NAMES_MAX);
};

export const createMachines = (
  records: Records,
  now: () => number,
): Machines & { admit(options: AdmitOptions): Promise<Admitted> } => {
  const names = createMachineNames(records);

  /** The machine that was given this token last, revoked or not. */
  const lastGiven = async (token: string): Promise<{ machineId: string; record: MachineRecord } | undefined> => {
    const credential = parseCredential('cbm', token);
    if (!credential) return undefined;
    const record = parse(await records.get('machine', credential.id));
    if (!record || !isSecret(credential.secret, record.tokenHash)) return undefined;
    return { machineId: credential.id, record };
  };

  const admit = async ({ machine: wanted, owner, by, previousToken }: AdmitOptions): Promise<Admitted> => {
    const previous = previousToken === undefined ? undefined : await lastGiven(previousToken);
    const secret = newSecret();
    let machineId = previous?.machineId;
    for (;;) {
      const held = await names.take({ wanted, owner, machineId });
      const { machine, hold } = held;
      machineId = held.machineId;
      const value: MachineRecord = {
        machine,
        owner,
        tokenHash: hashSecret(secret),
        joinedAt: now(),
        invitedBy: by,
        revokedAt: null,
        hold,
      };
      const before = parse(
        await records.update('machine', machineId, (current) => {
          const formerNames = formerNamesAfter(parse(current), machine);
          return { value: { ...value, ...(formerNames.length > 0 ? { formerNames } : {}) } satisfies MachineRecord };
        }),
      );
      if (before && before.machine !== machine) await names.release(before);
      // Where the same machine joins twice at once, the name may have gone to the other join, and away with it.
      if (await names.isHeld(held)) {
        const token = formatCredential('cbm', { id: machineId, secret });
        const former = previous?.record.machine;
        return { machineId, machine, owner, token, ...(former && former !== machine ? { formerly: former } : {}) };
      }
    }
  };

  return {
    admit,
    issue: ({ machine, owner, by }) => admit({ machine, owner, by }),
    async machineOf(token) {
      const found = await lastGiven(token);
      if (!found || found.record.revokedAt !== null) return undefined;
      const { machineId, record } = found;
      const { machine, owner, formerNames } = record;
      return { machineId, machine, owner, formerNames };
    },
    async machines() {
      return (await records.list('machine')).flatMap(({ id, value }) => {
        const record = parse(value);
        if (!record) return [];
        const { tokenHash: _tokenHash, hold: _hold, ...machine } = record;
        return [{ machineId: id, ...machine }];
      });
    },
    async revoke(machineId) {
      if (!isId(machineId)) return false;
      const at = now();
      const before = parse(
        await records.update('machine', machineId, (current) => {
          const record = parse(current);
          if (!record || record.revokedAt !== null) return 'keep';
          return { value: { ...record, revokedAt: at } satisfies MachineRecord, ttlMs: REVOKED_TTL_MS };
        }),
      );
      if (!before || before.revokedAt !== null) return false;
      await names.release(before, REVOKED_TTL_MS);
      return true;
    },
  };
};
