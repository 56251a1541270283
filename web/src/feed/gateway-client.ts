import {
  type ClaimRequest,
  handOverSchema,
  type InviteAnswer,
  inviteAnswerSchema,
  invitesSchema,
  joinedMachinesSchema,
  type Machines,
  machinesSchema,
  type Notices,
  noticesSchema,
  type SignInRequest,
  type Span,
  type StatusChange,
  type StoryEntry,
  spanSchema,
  statusChangeSchema,
  storyEntrySchema,
  type Today,
  todaySchema,
  type ViewerAnswer,
  viewerAnswerSchema,
} from '@crewboard/contract';
import { z } from 'zod';

export type Invites = z.infer<typeof invitesSchema>['invites'];
export type JoinedMachines = z.infer<typeof joinedMachinesSchema>['machines'];

export interface Story {
  story: readonly StoryEntry[];
  spans: readonly Span[];
}

/** The gateway refused a request; the message is its own sentence for a person. */
export class Refused extends Error {
  readonly status: number;
  /** When it may be tried again; null where the gateway did not say. */
  readonly retryAfterMs: number | null;
  constructor(status: number, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What the page asks of the gateway over HTTP. Every call throws {@link Refused}, or what `fetch` throws where nobody answers. */
export interface GatewayClient {
  viewer(signal: AbortSignal): Promise<ViewerAnswer>;
  signIn(request: SignInRequest): Promise<void>;
  signOut(): Promise<void>;
  /** A session's changes of status, the oldest first; `null` for one that is not on the board. */
  history(sessionId: string, signal: AbortSignal): Promise<readonly StatusChange[] | null>;
  /** What a session did and what its time went into, the oldest first; `null` for one that is not on the board. */
  story(sessionId: string, signal: AbortSignal): Promise<Story | null>;
  /** The figures of the day, by this browser's clocks. */
  today(signal: AbortSignal): Promise<Today>;
  /** A note for the colleague who goes on with a session, as plain text. For members. */
  handOver(sessionId: string): Promise<string>;
  /** The viewer looks at what a session needs. For members; refused with 409 where somebody else does. */
  claim(sessionId: string, request: ClaimRequest): Promise<void>;
  releaseClaim(sessionId: string): Promise<void>;
  machines(signal: AbortSignal): Promise<Machines>;
  /** What the board does without. */
  notices(signal: AbortSignal): Promise<Notices>;
  /** Invitations that were not used yet: a member's own, all for an admin. */
  invites(signal: AbortSignal): Promise<Invites>;
  /** For an admin: every machine that joined. */
  joinedMachines(signal: AbortSignal): Promise<JoinedMachines>;
  /** `owner` counts for an admin only. */
  invite(owner: string | undefined): Promise<InviteAnswer>;
  takeBack(inviteId: string): Promise<void>;
  revoke(machineId: string): Promise<void>;
}

export interface GatewayClientOptions {
  /** Where the gateway is; empty where the page itself is from. */
  base?: string;
  /** Hears that the gateway does not know who asks (any more). */
  onSignedOut?: () => void;
}

const historySchema = z.object({ history: z.array(statusChangeSchema) });
const storySchema = z.object({ story: z.array(storyEntrySchema), spans: z.array(spanSchema) });
const problemSchema = z.object({ message: z.string() });

const refusalOf = (response: Response, body: unknown): Refused => {
  const told = problemSchema.safeParse(body).data?.message;
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : null;
  return new Refused(response.status, told ?? `The gateway answers ${response.status}.`, retryAfterMs);
};

export const createGatewayClient = ({ base = '', onSignedOut }: GatewayClientOptions = {}): GatewayClient => {
  const call = async (path: string, init: RequestInit = {}): Promise<unknown> => {
    const response = await fetch(`${base}/api${path}`, init);
    const body: unknown = response.status === 204 ? null : await response.json().catch(() => null);
    if (!response.ok) throw refusalOf(response, body);
    return body;
  };
  const ask = async (path: string, init?: RequestInit): Promise<unknown> => {
    try {
      return await call(path, init);
    } catch (error) {
      if (error instanceof Refused && error.status === 401) onSignedOut?.();
      throw error;
    }
  };
  /** Something of a session; null for one that is not on the board. */
  const askOf = async (sessionId: string, what: string, signal: AbortSignal): Promise<unknown> => {
    try {
      return await ask(`/sessions/${encodeURIComponent(sessionId)}/${what}`, { signal });
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return null;
      throw error;
    }
  };
  const sending = (body: unknown): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

  return {
    viewer: async (signal) => viewerAnswerSchema.parse(await ask('/viewer', { signal })),
    async signIn(request) {
      // Its 401 says that the password is wrong.
      await call('/sign-in', sending(request));
    },
    async signOut() {
      await ask('/sign-out', { method: 'POST' });
    },
    history: async (sessionId, signal) =>
      historySchema.nullable().parse(await askOf(sessionId, 'history', signal))?.history ?? null,
    story: async (sessionId, signal) => storySchema.nullable().parse(await askOf(sessionId, 'story', signal)),
    async today(signal) {
      const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
      return todaySchema.parse(await ask(`/today?tz=${encodeURIComponent(timeZone)}`, { signal }));
    },
    async handOver(sessionId) {
      const path = `/sessions/${encodeURIComponent(sessionId)}/hand-over`;
      return handOverSchema.parse(await ask(path, { method: 'POST' })).note;
    },
    async claim(sessionId, request) {
      await ask(`/sessions/${encodeURIComponent(sessionId)}/claim`, sending(request));
    },
    async releaseClaim(sessionId) {
      await ask(`/sessions/${encodeURIComponent(sessionId)}/claim`, { method: 'DELETE' });
    },
    notices: async (signal) => noticesSchema.parse(await ask('/notices', { signal })),
    machines: async (signal) => machinesSchema.parse(await ask('/machines', { signal })),
    invites: async (signal) => invitesSchema.parse(await ask('/admin/invites', { signal })).invites,
    joinedMachines: async (signal) => joinedMachinesSchema.parse(await ask('/admin/machines', { signal })).machines,
    invite: async (owner) => inviteAnswerSchema.parse(await ask('/admin/invites', sending({ owner }))),
    async takeBack(inviteId) {
      await ask(`/admin/invites/${encodeURIComponent(inviteId)}`, { method: 'DELETE' });
    },
    async revoke(machineId) {
      await ask(`/admin/machines/${encodeURIComponent(machineId)}`, { method: 'DELETE' });
    },
  };
};
