import { randomUUID } from 'node:crypto';
import { claimRequestSchema, EVENT_VERSION, openNeeds, type Session, standingClaim } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import rateLimit from '@fastify/rate-limit';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import { BoardNotRead, orUnavailable, problem } from '../problem.ts';
import { callerOf } from '../sign-in/door.ts';

const sessionParams = z.object({ id: z.string() });

const BODY_BYTES = 4 * 1024;
/** By client address: people click. Each claim is an event that stays. */
const CLAIMS_PER_MINUTE = 120;

const LATER = 'The log can not be written now. Try again.';

/**
 * What all claims of one gateway say of themselves: an ordered source of its own, so that the clocks of several gateways are never
 * compared. The order of the log decides between them.
 */
const createStamp = (now: () => number) => {
  const stream = `board:${randomUUID()}`;
  let position = 0;
  return ({ sessionId, machine }: Session) => {
    const occurredAt = now();
    position = Math.max(position + 1, occurredAt);
    return {
      schemaVersion: EVENT_VERSION,
      sessionId,
      machine,
      source: 'person',
      stream,
      position,
      occurredAt,
    } as const;
  };
};

/**
 * POST and DELETE /api/sessions/:id/claim: a member says that they look at what a session needs a person for, or not any more.
 * Answers when it is in the log; what came of it, the board tells. A repeat is harmless.
 */
export const claimRoutes =
  ({ hub, log, now = Date.now }: { hub: Pick<Hub, 'board'>; log: EventLog; now?: () => number }): FastifyPluginAsync =>
  async (app) => {
    await app.register(rateLimit, { max: CLAIMS_PER_MINUTE, timeWindow: '1 minute' });
    app.removeContentTypeParser('text/plain');
    const stamp = createStamp(now);

    const sessionOf = (request: FastifyRequest): Session | undefined => {
      if (!hub.board) throw new BoardNotRead();
      return hub.board.session(sessionParams.parse(request.params).id);
    };

    app.post(
      '/api/sessions/:id/claim',
      { bodyLimit: BODY_BYTES, config: { needs: 'member' } },
      async (request, reply) => {
        const { data } = claimRequestSchema.safeParse(request.body);
        if (!data) return reply.code(400).send(problem(400, 'A claim names what is needed, and whom it relieves.'));
        const session = sessionOf(request);
        if (!session) return reply.callNotFound();
        const need = openNeeds(session).find(({ id }) => id === data.on);
        if (!need) return reply.code(409).send(problem(409, 'That does not need a person any more.'));
        const by = callerOf(request).name;
        const held = standingClaim(session);
        if (held && held.by !== by && held.by !== data.insteadOf) {
          return reply.code(409).send(problem(409, `${held.by} looks at it.`));
        }
        const claim = { about: need.about, on: need.id, by, insteadOf: held && held.by !== by ? held.by : null };
        await orUnavailable(log.append([{ type: 'NeedClaimed', ...stamp(session), data: claim }]), LATER);
        return reply.code(204).send();
      },
    );

    app.delete('/api/sessions/:id/claim', { config: { needs: 'member' } }, async (request, reply) => {
      const session = sessionOf(request);
      if (!session) return reply.callNotFound();
      const by = callerOf(request).name;
      const held = standingClaim(session);
      if (held && held.by !== by) return reply.code(409).send(problem(409, `${held.by} looks at it.`));
      if (held) {
        await orUnavailable(
          log.append([{ type: 'ClaimReleased', ...stamp(session), data: { on: held.on, by } }]),
          LATER,
        );
      }
      return reply.code(204).send();
    });
  };
