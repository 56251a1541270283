import type { Access, Viewer } from '@crewboard/access';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { orUnavailable } from '../problem.ts';
import { clearCookie, readCookie, setCookie } from './cookie.ts';

const COOKIE = 'crewboard';

/** A sign-in that is good now. */
export interface SignedIn extends Viewer {
  cookie: string;
  /** Ms since 1970. */
  expiresAt: number;
}

export interface SignInsOptions {
  access: Access;
  ttlMs: number;
  publicUrl: string | undefined;
  /** By what one may be signed in under today's settings. */
  means: () => Promise<ReadonlySet<string>>;
}

/** The sign-ins of a board: cookies whose records are in the store. Every call throws `Unavailable` while that is away. */
export interface SignIns {
  of(request: FastifyRequest): Promise<SignedIn | undefined>;
  find(cookie: string): Promise<SignedIn | undefined>;
  /** Gives the browser a new cookie; the one that it had ends. */
  begin(request: FastifyRequest, reply: FastifyReply, viewer: Viewer): Promise<void>;
  /** Harmless where nobody is signed in. */
  end(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

const AWAY = 'The store of sign-ins can not be reached now.';

export const createSignIns = ({ access, ttlMs, publicUrl, means }: SignInsOptions): SignIns => {
  const lookUp = async (cookie: string): Promise<SignedIn | undefined> => {
    const viewer = await access.viewerOf(cookie);
    if (!viewer || viewer.expiresAt <= Date.now()) return undefined;
    // The password or the list that let this person in has changed since.
    if (!(await means()).has(viewer.means)) return undefined;
    return { ...viewer, cookie };
  };
  const find = (cookie: string) => orUnavailable(lookUp(cookie), AWAY);
  const cookieOf = (request: FastifyRequest) => readCookie(request, publicUrl, COOKIE);

  return {
    find,
    async of(request) {
      const cookie = cookieOf(request);
      return cookie === undefined ? undefined : find(cookie);
    },
    async begin(request, reply, viewer) {
      const earlier = cookieOf(request);
      if (earlier !== undefined) await orUnavailable(access.signOut(earlier), AWAY);
      const { cookie } = await orUnavailable(access.signIn(viewer, ttlMs), AWAY);
      setCookie(request, reply, publicUrl, { name: COOKIE, value: cookie, ttlMs });
    },
    async end(request, reply) {
      const cookie = cookieOf(request);
      if (cookie !== undefined) await orUnavailable(access.signOut(cookie), AWAY);
      clearCookie(request, reply, publicUrl, COOKIE);
    },
  };
};
