import { type Access, mayActAs } from '@crewboard/access';
import {
  type InviteAnswer,
  inviteRequestSchema,
  type invitesSchema,
  joinCommand,
  type joinedMachinesSchema,
} from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import rateLimit from '@fastify/rate-limit';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import { orUnavailable, problem } from '../problem.ts';
import { type Caller, callerOf } from '../sign-in/door.ts';
import { originOf } from '../sign-in/origin.ts';

export interface AdminOptions {
  access: Access;
  log: EventLog;
  publicUrl: string | undefined;
}

const BODY_BYTES = 8 * 1024;
/** By client address. People click; nobody needs more. */
const CHANGES_PER_MINUTE = 120;

const AWAY = 'The store of machines and invitations can not be reached now.';

const inviteParams = z.object({ id: z.string() });
const machineParams = z.object({ machineId: z.string() });

const isAdmin = ({ role }: Caller): boolean => mayActAs(role, 'admin');

/** /api/admin: invitations (members see and make those of their own) and the machines that joined (for admins). */
export const adminRoutes =
  ({ access, log, publicUrl }: AdminOptions): FastifyPluginAsync =>
  async (app) => {
    await app.register(rateLimit, { max: CHANGES_PER_MINUTE, timeWindow: '1 minute' });
    app.removeContentTypeParser('text/plain');

    const invitesFor = async (caller: Caller) => {
      const invites = await orUnavailable(access.invites(), AWAY);
      return invites
        .filter(({ by }) => isAdmin(caller) || by === caller.name)
        .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    };

    app.get(
      '/api/admin/invites',
      { config: { needs: 'member' } },
      async (request): Promise<z.infer<typeof invitesSchema>> => ({
        invites: await invitesFor(callerOf(request)),
      }),
    );

    app.post('/api/admin/invites', { bodyLimit: BODY_BYTES, config: { needs: 'member' } }, async (request, reply) => {
      const { data } = inviteRequestSchema.safeParse(request.body ?? {});
      if (!data) return reply.code(400).send(problem(400, 'An invitation is for one person: their name, or nothing.'));
      const caller = callerOf(request);
      const owner = (isAdmin(caller) ? data.owner : undefined) ?? caller.name;
      const { id, code, expiresAt } = await orUnavailable(access.invite({ owner, by: caller.name }), AWAY);
      request.log.info({ invite: id, owner, by: caller.name }, 'machine invited');
      const answer: InviteAnswer = { id, joinCommand: joinCommand(originOf(request, publicUrl), code), expiresAt };
      return reply.code(201).send(answer);
    });

    app.delete('/api/admin/invites/:id', { config: { needs: 'member' } }, async (request, reply) => {
      const { id } = inviteParams.parse(request.params);
      const caller = callerOf(request);
      const isTheirs = (await invitesFor(caller)).some((invite) => invite.id === id);
      // Used in between: gone, as was asked.
      if (!isTheirs || !(await orUnavailable(access.cancelInvite(id), AWAY))) return reply.callNotFound();
      request.log.info({ invite: id, by: caller.name }, 'invitation taken back');
      return reply.code(204).send();
    });

    app.get(
      '/api/admin/machines',
      { config: { needs: 'admin' } },
      async (): Promise<z.infer<typeof joinedMachinesSchema>> => {
        const machines = await orUnavailable(access.machines(), AWAY);
        return { machines: machines.sort((a, b) => a.joinedAt - b.joinedAt || (a.machineId < b.machineId ? -1 : 1)) };
      },
    );

    app.delete('/api/admin/machines/:machineId', { config: { needs: 'admin' } }, async (request, reply) => {
      const { machineId } = machineParams.parse(request.params);
      const machines = await orUnavailable(access.machines(), AWAY);
      const found = machines.find((machine) => machine.machineId === machineId);
      if (!found) return reply.callNotFound();
      await orUnavailable(access.revoke(machineId), AWAY);
      await orUnavailable(log.removeMachine(found.machine), 'The log can not be written now. Try again.');
      request.log.info({ machine: found.machine, owner: found.owner, by: callerOf(request).name }, 'machine revoked');
      return reply.code(204).send();
    });
  };
