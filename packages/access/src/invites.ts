import type { Records } from '@crewboard/records';
import { z } from 'zod';
import { formatCredential, hashSecret, isId, isSecret, newId, newSecret, parseCredential } from './secrets.ts';
import { DAY_MS, epochMs, name, secretHash } from './shapes.ts';

export const INVITE_TTL_MS = DAY_MS;

const inviteSchema = z.object({
  owner: name,
  /** Who made it, for the list. */
  by: name,
  createdAt: epochMs,
  expiresAt: epochMs,
  codeHash: secretHash,
});
type InviteRecord = z.infer<typeof inviteSchema>;

/** A standing invitation. Its code is told once, when it is made. */
export type Invite = Omit<InviteRecord, 'codeHash'> & { id: string };

export interface Invites {
  /** A code that lets one machine join, once, for `owner`. `by` is who invites. */
  invite(options: {
    owner: string;
    by: string;
    ttlMs?: number;
  }): Promise<{ id: string; code: string; expiresAt: number }>;
  invites(): Promise<Invite[]>;
  /** Resolves with false where it was used, has expired, or never was. */
  cancelInvite(id: string): Promise<boolean>;
}

const parse = (value: unknown): InviteRecord | undefined => inviteSchema.safeParse(value).data;

/** `useUp` takes a code that is good, once: of two who use it at the same time, one gets it. A wrong one harms no invitation. */
export const createInvites = (
  records: Records,
  now: () => number,
): Invites & { useUp(code: string): Promise<{ owner: string; by: string } | undefined> } => ({
  async invite({ owner, by, ttlMs = INVITE_TTL_MS }) {
    const id = newId();
    const secret = newSecret();
    const createdAt = now();
    const expiresAt = createdAt + ttlMs;
    const value: InviteRecord = { owner, by, createdAt, expiresAt, codeHash: hashSecret(secret) };
    await records.update('invite', id, () => ({ value, ttlMs }));
    return { id, code: formatCredential('cbi', { id, secret }), expiresAt };
  },
  async invites() {
    return (await records.list('invite')).flatMap(({ id, value }) => {
      const record = parse(value);
      if (!record) return [];
      const { codeHash: _codeHash, ...invite } = record;
      return [{ id, ...invite }];
    });
  },
  async cancelInvite(id) {
    if (!isId(id)) return false;
    const before = await records.update('invite', id, (current) => (current === undefined ? 'keep' : 'remove'));
    return before !== undefined;
  },
  async useUp(code) {
    const credential = parseCredential('cbi', code);
    if (!credential) return undefined;
    const isGood = (value: unknown): boolean => {
      const invite = parse(value);
      return invite !== undefined && isSecret(credential.secret, invite.codeHash);
    };
    const before = await records.update('invite', credential.id, (current) => (isGood(current) ? 'remove' : 'keep'));
    return isGood(before) ? parse(before) : undefined;
  },
});
