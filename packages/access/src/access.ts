import { type Role, roleSchema } from '@crewboard/contract';
import { z } from 'zod';
import type { Records } from './records.ts';
import { hashSecret, isSecret, newId, newSecret } from './secrets.ts';

const epochMs = z.number().int().nonnegative();
const name = z.string().min(1).max(200);

const inviteSchema = z.object({
  owner: name,
  /** Who made it, for the list. */
  by: name,
  createdAt: epochMs,
  expiresAt: epochMs,
  codeHash: z.string(),
});
/** A standing invitation. Its code is told once, when it is made. */
export type Invite = Omit<z.infer<typeof inviteSchema>, 'codeHash'> & { id: string };

const machineRecordSchema = z.object({
  machine: name,
  owner: name,
  tokenHash: z.string(),
  joinedAt: epochMs,
  invitedBy: name,
  revokedAt: epochMs.nullable(),
});
/** A machine that has joined; `revokedAt` tells since when its token is refused, null while it is good. */
export type JoinedMachine = Omit<z.infer<typeof machineRecordSchema>, 'tokenHash'> & { machineId: string };

/** Whom a machine's token names: what the board stamps on all that comes with it. */
export interface MachineIdentity {
  /** Stays the same when the machine is renamed. */
  machineId: string;
  /** What the board calls it; unlike any other machine's of the board. */
  machine: string;
  owner: string;
}

const viewerSchema = z.object({
  name,
  role: roleSchema,
  /** How this person signed in. */
  by: z.enum(['password', 'github', 'oidc']),
});
export type Viewer = z.infer<typeof viewerSchema>;
const viewerRecordSchema = viewerSchema.extend({ signedInAt: epochMs, expiresAt: epochMs });

const claimSchema = z.object({ machineId: z.string(), renewAt: epochMs });
const saltSchema = z.object({ salt: z.string() });

export interface JoinRequest {
  code: string;
  /** What the machine would like to be called; another's name gets a number behind it. */
  machine: string;
  /** The token that the machine had on this board before: with it, it stays the same machine. */
  previousToken?: string | undefined;
}

/** Who may do what on one board: machines by their tokens, people by their sign-in. Knows no HTTP. */
export interface Access {
  /** A code that lets one machine join, once, for `owner`. `by` is who invites. */
  invite(options: {
    owner: string;
    by: string;
    ttlMs?: number;
  }): Promise<{ id: string; code: string; expiresAt: number }>;
  invites(): Promise<Invite[]>;
  /** Resolves with false where it was used, has expired, or never was. */
  cancelInvite(id: string): Promise<boolean>;
  /**
   * Uses up a code; the token is told this once. `undefined` where the code is not good (any more). A machine of the same
   * owner and name, or the one whose token is shown, is replaced: its old token ends.
   */
  join(request: JoinRequest): Promise<(MachineIdentity & { token: string }) | undefined>;
  /** A token without an invitation, for machines that are set up by a program. */
  issue(options: { machine: string; owner: string; by: string }): Promise<MachineIdentity & { token: string }>;
  /** `undefined` for a token that was never given, or was revoked. Reads the store each time: a revoked one ends at once. */
  machineOf(token: string): Promise<MachineIdentity | undefined>;
  /** Those that are revoked too, for 30 days. */
  machines(): Promise<JoinedMachine[]>;
  /** Ends the token. Resolves with false where there is no such machine, or it is revoked already. */
  revoke(machineId: string): Promise<boolean>;
  /** The machine that may write a session: the first that did, until it was silent for 60 days. A repeat changes nothing. */
  claim(sessionId: string, machineId: string): Promise<{ machineId: string; isNew: boolean }>;
  /** Lets another machine have it. Only its own machine gives it up. */
  releaseClaim(sessionId: string, machineId: string): Promise<void>;
  /** One random text of this board, for hashing names the same way on all its machines. */
  repositorySalt(): Promise<string>;

  /** The cookie's value is told this once. */
  signIn(viewer: Viewer, ttlMs: number): Promise<{ cookie: string; expiresAt: number }>;
  viewerOf(cookie: string): Promise<(Viewer & { expiresAt: number }) | undefined>;
  signOut(cookie: string): Promise<void>;
  close(): Promise<void>;
}

export const INVITE_TTL_MS = 24 * 3_600_000;
const DAY_MS = 24 * 3_600_000;
const CLAIM_TTL_MS = 60 * DAY_MS;
const REVOKED_TTL_MS = 30 * DAY_MS;

const TOKEN = /^cbm_([\w-]{12})\.([\w-]{43})$/;
const CODE = /^cbi_([\w-]{12})\.([\w-]{43})$/;

/** `id` finds the record, `secret` proves it. */
const parse = (pattern: RegExp, text: string): { id: string; secret: string } | undefined => {
  const [, id, secret] = pattern.exec(text) ?? [];
  return id && secret ? { id, secret } : undefined;
};

export const createAccess = (records: Records, now: () => number = Date.now): Access => {
  const machineRecords = async () =>
    (await records.list('machine')).flatMap(({ id, value }) => {
      const record = machineRecordSchema.safeParse(value).data;
      return record ? [{ id, record }] : [];
    });

  const find = async (token: string) => {
    const parts = parse(TOKEN, token);
    if (!parts) return undefined;
    const record = machineRecordSchema.safeParse(await records.get('machine', parts.id)).data;
    if (!record || record.revokedAt !== null || !isSecret(parts.secret, record.tokenHash)) return undefined;
    return { machineId: parts.id, record };
  };

  /** The name, with a number behind it where another machine has it. */
  const freeName = (wanted: string, taken: ReadonlySet<string>): string => {
    if (!taken.has(wanted)) return wanted;
    for (let number = 2; ; number++) {
      const other = `${wanted.slice(0, 190)}-${number}`;
      if (!taken.has(other)) return other;
    }
  };

  const admit = async (options: {
    machine: string;
    owner: string;
    by: string;
    previousToken?: string | undefined;
  }): Promise<MachineIdentity & { token: string }> => {
    const { owner, by } = options;
    const previous = options.previousToken ? await find(options.previousToken) : undefined;
    const active = (await machineRecords()).filter(({ record }) => record.revokedAt === null);
    const same =
      previous?.record.owner === owner
        ? previous.machineId
        : active.find(({ record }) => record.owner === owner && record.machine === options.machine)?.id;
    const machineId = same ?? newId();
    const taken = new Set(active.flatMap(({ id, record }) => (id === machineId ? [] : record.machine)));
    const machine = freeName(options.machine, taken);
    const secret = newSecret();
    await records.put('machine', machineId, {
      machine,
      owner,
      tokenHash: hashSecret(secret),
      joinedAt: now(),
      invitedBy: by,
      revokedAt: null,
    } satisfies z.infer<typeof machineRecordSchema>);
    return { machineId, machine, owner, token: `cbm_${machineId}.${secret}` };
  };

  return {
    async invite({ owner, by, ttlMs = INVITE_TTL_MS }) {
      const id = newId();
      const secret = newSecret();
      const createdAt = now();
      const expiresAt = createdAt + ttlMs;
      const invite = { owner, by, createdAt, expiresAt, codeHash: hashSecret(secret) };
      await records.put('invite', id, invite satisfies z.infer<typeof inviteSchema>, { ttlMs });
      return { id, code: `cbi_${id}.${secret}`, expiresAt };
    },
    async invites() {
      return (await records.list('invite')).flatMap(({ id, value }) => {
        const parsed = inviteSchema.safeParse(value).data;
        if (!parsed) return [];
        const { codeHash: _codeHash, ...invite } = parsed;
        return [{ id, ...invite }];
      });
    },
    cancelInvite: (id) => records.remove('invite', id),

    async join({ code, machine, previousToken }) {
      const parts = parse(CODE, code);
      if (!parts) return undefined;
      const standing = inviteSchema.safeParse(await records.get('invite', parts.id)).data;
      if (!standing || !isSecret(parts.secret, standing.codeHash)) return undefined;
      // Of two who use it at the same time, one takes it.
      if ((await records.take('invite', parts.id)) === undefined) return undefined;
      return admit({ machine, owner: standing.owner, by: standing.by, previousToken });
    },
    issue: ({ machine, owner, by }) => admit({ machine, owner, by }),

    async machineOf(token) {
      const found = await find(token);
      if (!found) return undefined;
      const { machineId, record } = found;
      return { machineId, machine: record.machine, owner: record.owner };
    },
    async machines() {
      return (await machineRecords()).map(({ id, record: { tokenHash: _tokenHash, ...machine } }) => ({
        machineId: id,
        ...machine,
      }));
    },
    async revoke(machineId) {
      const record = machineRecordSchema.safeParse(await records.get('machine', machineId)).data;
      if (!record || record.revokedAt !== null) return false;
      await records.put('machine', machineId, { ...record, revokedAt: now() }, { ttlMs: REVOKED_TTL_MS });
      return true;
    },

    async claim(sessionId, machineId) {
      const mine = { machineId, renewAt: now() + CLAIM_TTL_MS / 2 };
      if (await records.put('claim', sessionId, mine, { ttlMs: CLAIM_TTL_MS, onlyIfAbsent: true })) {
        return { machineId, isNew: true };
      }
      const claim = claimSchema.safeParse(await records.get('claim', sessionId)).data;
      if (claim && claim.machineId !== machineId) return { machineId: claim.machineId, isNew: false };
      if (!claim || claim.renewAt <= now()) await records.put('claim', sessionId, mine, { ttlMs: CLAIM_TTL_MS });
      return { machineId, isNew: false };
    },
    async releaseClaim(sessionId, machineId) {
      const claim = claimSchema.safeParse(await records.get('claim', sessionId)).data;
      if (claim?.machineId === machineId) await records.remove('claim', sessionId);
    },
    async repositorySalt() {
      await records.put('board', 'salt', { salt: newSecret() }, { onlyIfAbsent: true });
      return saltSchema.parse(await records.get('board', 'salt')).salt;
    },

    async signIn(viewer, ttlMs) {
      const cookie = newSecret();
      const signedInAt = now();
      const record = { ...viewer, signedInAt, expiresAt: signedInAt + ttlMs };
      await records.put('viewer', hashSecret(cookie), record satisfies z.infer<typeof viewerRecordSchema>, { ttlMs });
      return { cookie, expiresAt: record.expiresAt };
    },
    async viewerOf(cookie) {
      const record = viewerRecordSchema.safeParse(await records.get('viewer', hashSecret(cookie))).data;
      return record && { name: record.name, role: record.role, by: record.by, expiresAt: record.expiresAt };
    },
    async signOut(cookie) {
      await records.remove('viewer', hashSecret(cookie));
    },
    close: () => records.close(),
  };
};

/** True where a role may do what needs another. */
export const mayActAs = (role: Role, needed: Role): boolean =>
  roleSchema.options.indexOf(role) >= roleSchema.options.indexOf(needed);
