import type { Access } from '@crewboard/access';
import { type JoinAnswer, joinRequestSchema, typedNameSchema, withoutUnseen } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import { orUnavailable, problem, TooMany } from '../problem.ts';
import type { Throttle } from '../throttle.ts';

export interface JoinOptions {
  access: Pick<Access, 'join'>;
  log: Pick<EventLog, 'removeMachine'>;
  throttle: Throttle;
}

const JOIN_BYTES = 4 * 1024;
/** The machine's name is mostly its own, which nobody typed. */
const requestSchema = joinRequestSchema.extend({
  machine: z
    .string()
    .transform((name) => withoutUnseen(name))
    .pipe(typedNameSchema),
});

/**
 * POST /api/join: a code from an invitation against a token of the machine's own. A code that was used, has expired or never was is
 * answered the same way, and who tries several has to wait.
 */
export const joinRoute =
  ({ access, log, throttle }: JoinOptions): FastifyPluginAsync =>
  async (app) => {
    app.removeContentTypeParser('text/plain');

    const options = { bodyLimit: JOIN_BYTES, config: { needs: 'nothing' } } as const;
    app.post('/api/join', options, async (request, reply): Promise<JoinAnswer> => {
      const { data: wanted } = requestSchema.safeParse(request.body);
      if (!wanted) {
        return reply.code(400).send(problem(400, 'To join takes a code, and a name for the machine in plain text.'));
      }
      const from = { address: request.ip };
      const waitMs = throttle.take(request.ip, Date.now());
      if (waitMs > 0) {
        request.log.warn({ ...from, waitMs }, 'join put off');
        throw new TooMany('Too many tries. Wait a little.', waitMs);
      }
      const joined = await orUnavailable(access.join(wanted), 'Nobody can join now. Try again later.');
      if (!joined) {
        request.log.warn(from, 'a code was refused');
        const message = 'This code is not good, or not any more: each is for one machine. Ask for a new invitation.';
        return reply.code(403).send(problem(403, message));
      }
      throttle.succeeded(request.ip);
      const { token, machineId, machine, owner, formerly } = joined;
      request.log.info({ ...from, machineId, machine, owner, formerly }, 'a machine has joined');
      // Its last report under that name would stay offline for ever. The token is told in any case: it is told only here.
      if (formerly !== undefined) {
        await log.removeMachine(formerly).catch((error: unknown) => {
          request.log.warn({ err: error, machine: formerly }, 'the report of a renamed machine could not be removed');
        });
      }
      return { token, machineId, machine, owner };
    });
  };
