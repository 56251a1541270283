import { z } from 'zod';
import { typedNameSchema } from './names.ts';

/** From the least to the most: looks; may invite machines of their own; may do all. */
export const roleSchema = z.enum(['viewer', 'member', 'admin']);
export type Role = z.infer<typeof roleSchema>;

const name = z.string().min(1).max(200);
const epochMs = z.number().int().nonnegative();

/** GET /api/viewer: who looks, and how one signs in here. The one answer that needs no sign-in. */
export const viewerAnswerSchema = z.object({
  /** Null while nobody is signed in. On a board without sign-in: the person of this machine, as admin. */
  viewer: z.object({ name, role: roleSchema }).nullable(),
  signIn: z.object({
    /** False on a board that only this machine reaches. */
    isRequired: z.boolean(),
    password: z.boolean(),
    github: z.boolean(),
    /** What the company calls its own sign-in; null where there is none. */
    oidc: z.object({ label: name }).nullable(),
  }),
  boardVersion: name,
});
export type ViewerAnswer = z.infer<typeof viewerAnswerSchema>;

/** POST /api/sign-in. `name` is what the board calls this person. */
export const signInRequestSchema = z.object({ name: typedNameSchema, password: z.string().min(1).max(1000) });
export type SignInRequest = z.infer<typeof signInRequestSchema>;

/**
 * Why a sign-in with a provider came to nothing: the browser comes back to `/?sign-in=<this>`. Its way there is
 * `/api/sign-in/github?page=/where/to/come/back`, or `/api/sign-in/oidc`.
 */
export const signInProblemSchema = z.enum([
  /** The provider knows them; this board lets others in. */
  'not_allowed',
  /** They took too long, or began in another browser. */
  'expired',
  /** The provider refused, or can't be reached. */
  'failed',
]);
export type SignInProblem = z.infer<typeof signInProblemSchema>;

/** GET /api/admin/machines: every machine that joined. */
export const joinedMachineSchema = z.object({
  machineId: name,
  machine: name,
  owner: name,
  joinedAt: epochMs,
  invitedBy: name,
  revokedAt: epochMs.nullable(),
});
export const joinedMachinesSchema = z.object({ machines: z.array(joinedMachineSchema) });

/** GET /api/admin/invites: codes that were not used yet. */
export const inviteSchema = z.object({
  id: name,
  owner: name,
  by: name,
  createdAt: epochMs,
  expiresAt: epochMs,
});
export const invitesSchema = z.object({ invites: z.array(inviteSchema) });

/** POST /api/admin/invites. A member invites machines of their own only, whatever `owner` says. */
export const inviteRequestSchema = z.object({ owner: typedNameSchema.optional() });
/** The one time that the code is told: as the line to paste on the machine. */
export const inviteAnswerSchema = z.object({ id: name, joinCommand: z.string(), expiresAt: epochMs });
export type InviteAnswer = z.infer<typeof inviteAnswerSchema>;
