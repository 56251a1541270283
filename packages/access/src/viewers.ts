import { type Role, roleSchema } from '@crewboard/contract';
import type { Records } from '@crewboard/records';
import { z } from 'zod';
import { hashSecret, isSecretShaped, newSecret } from './secrets.ts';
import { epochMs, name } from './shapes.ts';

const viewerSchema = z.object({
  name,
  role: roleSchema,
  /** How this person signed in. */
  by: z.enum(['password', 'github', 'oidc']),
  /** What let them in, in the gateway's words: once its settings hold that no more, the sign-in counts for nothing. */
  means: z.string().max(200),
});
export type Viewer = z.infer<typeof viewerSchema>;

const signInSchema = viewerSchema.extend({ signedInAt: epochMs, expiresAt: epochMs });
type SignInRecord = z.infer<typeof signInSchema>;

export interface Viewers {
  /** The cookie's value is told this once. */
  signIn(viewer: Viewer, ttlMs: number): Promise<{ cookie: string; expiresAt: number }>;
  viewerOf(cookie: string): Promise<(Viewer & { expiresAt: number }) | undefined>;
  signOut(cookie: string): Promise<void>;
}

export const createViewers = (records: Records, now: () => number): Viewers => ({
  async signIn({ name, role, by, means }, ttlMs) {
    const cookie = newSecret();
    const signedInAt = now();
    const value: SignInRecord = { name, role, by, means, signedInAt, expiresAt: signedInAt + ttlMs };
    await records.update('viewer', hashSecret(cookie), () => ({ value, ttlMs }));
    return { cookie, expiresAt: value.expiresAt };
  },
  async viewerOf(cookie) {
    if (!isSecretShaped(cookie)) return undefined;
    const record = signInSchema.safeParse(await records.get('viewer', hashSecret(cookie))).data;
    if (!record) return undefined;
    const { signedInAt: _signedInAt, ...viewer } = record;
    return viewer;
  },
  async signOut(cookie) {
    if (!isSecretShaped(cookie)) return;
    await records.update('viewer', hashSecret(cookie), (current) => (current === undefined ? 'keep' : 'remove'));
  },
});

/** True where a role may do what needs another. */
export const mayActAs = (role: Role, needed: Role): boolean =>
  roleSchema.options.indexOf(role) >= roleSchema.options.indexOf(needed);
