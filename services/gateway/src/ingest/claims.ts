import type { Access } from '@crewboard/access';
import { LruMap } from 'toad-cache';
import { orUnavailable } from '../problem.ts';

/** So many sessions are remembered, each for so long: then the store is asked again. */
const REMEMBERED = 50_000;
const REMEMBERED_MS = 5 * 60_000;

export interface ClaimRequest {
  sessionIds: Iterable<string>;
  machineId: string;
  /** Asked before a session is claimed that nobody holds. False where it is another's all the same; throws where the machine may have no more. */
  mayBegin: (sessionId: string) => boolean;
}

const LATER = 'Whose session it is can not be looked up now. Send it again later.';

/** Which machine writes which session, asked once for each session and not for each event. */
export const createClaims = (access: Pick<Access, 'claim' | 'releaseClaim' | 'holderOf'>) => {
  // Only a machine's own claims: that another holds a session may change at any moment, and only the holder gives it up.
  const holders = new LruMap<string>(REMEMBERED, REMEMBERED_MS);

  const claim = async (sessionId: string, { machineId, mayBegin }: ClaimRequest): Promise<boolean> => {
    const claimed = await orUnavailable(access.claim(sessionId, machineId), LATER);
    if (claimed.machineId !== machineId) return false;
    if (claimed.isNew) {
      let isKept = false;
      try {
        isKept = mayBegin(sessionId);
      } finally {
        if (!isKept) await orUnavailable(access.releaseClaim(sessionId, machineId), LATER);
      }
      if (!isKept) return false;
    }
    holders.set(sessionId, machineId);
    return true;
  };

  return {
    /** Claims what is free; resolves with the sessions that are another machine's. */
    foreignOf: async (request: ClaimRequest): Promise<ReadonlySet<string>> => {
      const foreign = new Set<string>();
      for (const sessionId of request.sessionIds) {
        if (holders.get(sessionId) === request.machineId) continue;
        if (!(await claim(sessionId, request))) foreign.add(sessionId);
      }
      return foreign;
    },

    /** Those of the sessions that the machine has written. Claims nothing. */
    ownOf: async (sessionIds: Iterable<string>, machineId: string): Promise<string[]> => {
      const own: string[] = [];
      for (const sessionId of sessionIds) {
        const holder = await orUnavailable(access.holderOf(sessionId), LATER);
        if (holder === machineId) own.push(sessionId);
      }
      return own;
    },
  };
};

export type Claims = ReturnType<typeof createClaims>;
