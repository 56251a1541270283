import type { Access } from '@crewboard/access';
import { type JoinAnswer, joinRequestSchema, withoutUnseen } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyPluginAsync } from 'fastify';
import { BodyRefused } from '../ndjson.ts';
import { orUnavailable, problem } from '../problem.ts';
import type { SlowDown } from '../slow-down.ts';

export interface JoinOptions {
  access: Pick<Access, 'join'>;
  log: Pick<EventLog, 'removeMachine'>;
  slowDown: SlowDown;
}

const JOIN_BYTES = 4 * 1024;
const JOINS_PER_MINUTE = 60;

const parseJoin = (body: unknown) => {
  const { data, error } = joinRequestSchema.safeParse(body);
  const machine = data && withoutUnseen(data.machine).trim();
  if (!data || !machine) {
    const where = error?.issues[0]?.path.join('.') || 'machine';
    throw new BodyRefused(400, `The body is no request to join: ${where} is missing, empty or too long.`);
  }
  return { code: data.code, machine, previousToken: data.previousToken };
};

/**
 * POST /api/join: a code from an invitation against a token of the machine's own. A code that was used, has expired or never was is
 * answered the same way, and the later the more often it happens from one network.
 */
export const joinRoute =
  ({ access, log, slowDown }: JoinOptions): FastifyPluginAsync =>
  async (app) => {
    await app.register(rateLimit, { max: JOINS_PER_MINUTE, timeWindow: '1 minute' });
    app.removeContentTypeParser('text/plain');

    app.post(
      '/api/join',
      { bodyLimit: JOIN_BYTES, config: { needs: 'nothing' } },
      async (request, reply): Promise<JoinAnswer> => {
        const wanted = parseJoin(request.body);
        const joined = await orUnavailable(access.join(wanted), 'Nobody can join now. Try again later.');
        reply.header('cache-control', 'no-store');
        if (!joined) {
          const network = normalizeIP(request.ip);
          request.log.warn({ network }, 'a code was refused');
          await slowDown.failed(network, reply.raw);
          const message = 'This code is not good, or not any more: each is for one machine. Ask for a new invitation.';
          return reply.code(403).send(problem(403, message));
        }
        const { token, machineId, machine, owner, formerly } = joined;
        request.log.info({ machineId, machine, owner, formerly }, 'a machine has joined');
        // Its last report under that name would stay offline for ever. The token is told in any case: it is told only here.
        if (formerly !== undefined) {
          await log.removeMachine(formerly).catch((error: unknown) => {
            request.log.warn({ err: error, machine: formerly }, 'the report of a renamed machine could not be removed');
          });
        }
        return { token, machineId, machine, owner };
      },
    );
  };
