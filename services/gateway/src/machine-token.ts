import type { Access, MachineIdentity } from '@crewboard/access';
import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { bearerOf } from './bearer.ts';
import { orUnavailable, problem } from './problem.ts';

/** To be declared with `decorateRequest` where the hook is. */
export const MACHINE_DECORATOR = 'machine';

/**
 * Answers 401 to who has no machine's token, and notes whose it is. The store is asked for each request, so a revoked token ends with
 * the next one; a request that is under way goes on.
 */
export const machineTokenHook =
  (access: Pick<Access, 'machineOf'>): onRequestAsyncHookHandler =>
  async (request, reply) => {
    const token = bearerOf(request.headers.authorization);
    const machine =
      token === undefined
        ? undefined
        : await orUnavailable(access.machineOf(token), 'Whose token it is can not be looked up now. Try again later.');
    if (!machine) {
      const message = 'The token is missing, wrong or revoked. Join the board again with a new invitation.';
      return reply.header('www-authenticate', 'Bearer').code(401).send(problem(401, message));
    }
    request.setDecorator(MACHINE_DECORATOR, machine);
    return undefined;
  };

/** Whose token came with the request. Only behind {@link machineTokenHook}. */
export const senderOf = (request: FastifyRequest): MachineIdentity =>
  request.getDecorator<MachineIdentity>(MACHINE_DECORATOR);
