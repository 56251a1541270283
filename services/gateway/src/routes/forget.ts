import { setTimeout as sleep } from 'node:timers/promises';
import type { MachineIdentity } from '@crewboard/access';
import {
  compareOffsets,
  EVENT_VERSION,
  type EventOf,
  type forgetAnswerSchema,
  forgetRequestSchema,
} from '@crewboard/contract';
import { type EventLog, partitionOf } from '@crewboard/event-log';
import type { FastifyPluginAsync } from 'fastify';
import type { z } from 'zod';
import type { Claims } from '../ingest/claims.ts';
import type { Turns } from '../ingest/turns.ts';
import { senderOf } from '../machine-token.ts';
import { BodyRefused } from '../ndjson.ts';
import { orUnavailable, Unavailable } from '../problem.ts';

export interface ForgetOptions {
  log: EventLog;
  claims: Claims;
  turns: Turns;
}

type ForgetAnswer = z.infer<typeof forgetAnswerSchema>;

/** 1,000 ids of 200 characters each, and what stands around them. */
const FORGET_BYTES = 1024 * 1024;
/** So long the fold may take to drop the sessions. */
const FOLD_WITHIN_MS = 10_000;
/** Erasing reads all of the log. */
const ERASE_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 50;
const LATER = 'The board could not forget all of it yet. Ask again: what is forgotten already stays so.';

const withdrawn = (sessionId: string, { machine }: MachineIdentity, now: number): EventOf<'SessionWithdrawn'> => ({
  type: 'SessionWithdrawn',
  schemaVersion: EVENT_VERSION,
  sessionId,
  machine,
  source: 'machine',
  stream: 'machine',
  position: now,
  occurredAt: now,
  data: { why: 'forgotten' },
});

/** Waits until rows, cards and histories are made of nothing before the log's end. Throws {@link Unavailable} where the fold is too slow. */
const untilFolded = async (log: EventLog, partitions: ReadonlySet<number>): Promise<void> => {
  const until = performance.now() + FOLD_WITHIN_MS;
  for (const partition of partitions) {
    const end = await orUnavailable(log.lastOffset(partition), LATER);
    while (compareOffsets(await orUnavailable(log.checkpoint(partition), LATER), end) < 0) {
      if (performance.now() >= until) throw new Unavailable(LATER);
      await sleep(LOOK_EVERY_MS);
    }
  }
};

const forget = async (log: EventLog, sessionIds: readonly string[], sender: MachineIdentity): Promise<void> => {
  const now = Date.now();
  await orUnavailable(log.append(sessionIds.map((sessionId) => withdrawn(sessionId, sender, now))), LATER);
  await untilFolded(log, new Set(sessionIds.map((id) => partitionOf(id, log.partitions))));
  await orUnavailable(log.forget(new Set(sessionIds)), LATER, ERASE_WITHIN_MS);
};

/**
 * POST /api/agent/forget: erases what the board holds of sessions of this machine. Answers when nothing is left but that there was
 * something. A repeat is harmless. The sessions stay the machine's: it may go on with them.
 */
export const forgetRoute =
  ({ log, claims, turns }: ForgetOptions): FastifyPluginAsync =>
  async (app) => {
    app.removeContentTypeParser('text/plain');

    app.post('/api/agent/forget', { bodyLimit: FORGET_BYTES }, async (request): Promise<ForgetAnswer> => {
      const { data } = forgetRequestSchema.safeParse(request.body);
      if (!data) throw new BodyRefused(400, 'The body is no list of 1 to 1,000 session ids.');
      const sender = senderOf(request);
      const own = await claims.ownOf(new Set(data.sessionIds), sender.machineId);
      if (own.length > 0) await turns.forget(sender.machineId, () => forget(log, own, sender));
      request.log.info({ machine: sender.machine, sessions: own.length }, 'sessions forgotten');
      return { forgotten: own.length };
    });
  };
