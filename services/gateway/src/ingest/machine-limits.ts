import type { MachineIdentity } from '@crewboard/access';
import type { Logger } from '@crewboard/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LruMap } from 'toad-cache';
import { senderOf } from '../machine-token.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { TooMany } from '../problem.ts';
import type { MachineLimits } from './limits.ts';
import { perDay, perMinute, TokenBucket } from './token-bucket.ts';

/** Which limit a machine has reached, as it is counted. */
export type LimitName = 'requests' | 'at_once' | 'bytes' | 'events' | 'sessions';

/** So many machines are remembered; who was forgotten begins with a full allowance. */
const MACHINES = 10_000;
const AT_ONCE_WAIT_MS = 1_000;
const SAY_AGAIN_MS = 60_000;

type Counted = 'requests' | 'bytes' | 'events' | 'sessions';

interface Account {
  left: Record<Counted, TokenBucket>;
  atOnce: number;
  /** When a person was last told that it is over a limit. */
  saidAt: number;
}

export interface MachineLimitsOptions {
  limits: MachineLimits;
  metrics: GatewayMetrics;
  logger: Pick<Logger, 'warn'>;
  now?: () => number;
}

export const createMachineLimits = ({ limits, metrics, logger, now = Date.now }: MachineLimitsOptions) => {
  const accounts = new LruMap<Account>(MACHINES);

  const accountOf = ({ machineId }: MachineIdentity): Account => {
    const known = accounts.get(machineId);
    if (known) return known;
    const at = now();
    const left = {
      requests: new TokenBucket(perMinute(limits.requestsPerMinute), at),
      bytes: new TokenBucket(perMinute(limits.bytesPerMinute), at),
      events: new TokenBucket(perMinute(limits.eventsPerMinute), at),
      sessions: new TokenBucket(perDay(limits.newSessionsPerDay), at),
    };
    const account: Account = { left, atOnce: 0, saidAt: Number.NEGATIVE_INFINITY };
    accounts.set(machineId, account);
    return account;
  };

  const refuse = (sender: MachineIdentity, limit: LimitName, message: string, waitMs: number): never => {
    const account = accountOf(sender);
    metrics.machineLimited.inc({ limit });
    if (now() - account.saidAt >= SAY_AGAIN_MS) {
      account.saidAt = now();
      logger.warn({ machine: sender.machine, owner: sender.owner, limit, waitMs }, 'a machine is over its limit');
    }
    throw new TooMany(`${message} Nothing of this was stored: send it again later.`, waitMs);
  };

  const assertLeft = (sender: MachineIdentity, name: Counted, message: string): void => {
    const waitMs = accountOf(sender).left[name].waitMs(now());
    if (waitMs > 0) refuse(sender, name, message, waitMs);
  };

  return {
    /** Begins a request; throws {@link TooMany}. What it answers ends the request, and is to be called once. */
    enter: (sender: MachineIdentity): (() => void) => {
      const account = accountOf(sender);
      assertLeft(sender, 'requests', `This machine sends more than ${limits.requestsPerMinute} requests a minute.`);
      account.left.requests.take(1, now());
      if (account.atOnce >= limits.requestsAtOnce) {
        const message = `This machine has ${limits.requestsAtOnce} requests under way already.`;
        refuse(sender, 'at_once', message, AT_ONCE_WAIT_MS);
      }
      account.atOnce += 1;
      return () => {
        account.atOnce -= 1;
      };
    },

    /** Before a batch is read. Throws {@link TooMany} while what was read before is not paid off. */
    beforeBatch: (sender: MachineIdentity): void => {
      assertLeft(sender, 'bytes', `This machine sends more than ${limits.bytesPerMinute} bytes of events a minute.`);
      assertLeft(sender, 'events', `This machine sends more than ${limits.eventsPerMinute} events a minute.`);
    },
    /** What a batch cost, whatever became of it. */
    spend: (sender: MachineIdentity, { bytes, events }: { bytes: number; events: number }): void => {
      const { left } = accountOf(sender);
      left.bytes.take(bytes, now());
      left.events.take(events, now());
    },

    /** For each session that the board has not heard of. Throws {@link TooMany}. */
    newSession: (sender: MachineIdentity): void => {
      assertLeft(sender, 'sessions', `This machine begins more than ${limits.newSessionsPerDay} sessions a day.`);
      accountOf(sender).left.sessions.take(1, now());
    },
  };
};

export type MachineLimiter = ReturnType<typeof createMachineLimits>;

/** Counts a request from here until its connection is done with it. Behind the hook for the token. */
export const machineLimitsHook =
  (limiter: Pick<MachineLimiter, 'enter'>) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const leave = limiter.enter(senderOf(request));
    reply.raw.once('close', leave);
  };
