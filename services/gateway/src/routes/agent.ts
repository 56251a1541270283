import type { Access } from '@crewboard/access';
import type { AgentAnswer } from '@crewboard/contract';
import type { FastifyPluginAsync } from 'fastify';
import { senderOf } from '../machine-token.ts';
import { orUnavailable } from '../problem.ts';
import { boardVersion } from '../version.ts';

/** GET /api/agent: what an agent asks before it sends. */
export const agentRoute =
  ({ access }: { access: Pick<Access, 'repositorySalt'> }): FastifyPluginAsync =>
  async (app) => {
    app.get('/api/agent', async (request): Promise<AgentAnswer> => {
      const { machineId, machine, owner } = senderOf(request);
      const repositorySalt = await orUnavailable(access.repositorySalt(), 'The board can not be read now.');
      return { machineId, machine, owner, now: Date.now(), boardVersion, repositorySalt };
    });
  };
