import type { Access } from '@crewboard/access';
import type { EventLog } from '@crewboard/event-log';
import type { FastifyPluginAsync } from 'fastify';
import type { Hub } from '../hub.ts';
import { createClaims } from '../ingest/claims.ts';
import type { MachineLimits } from '../ingest/limits.ts';
import { createMachineLimits, machineLimitsHook } from '../ingest/machine-limits.ts';
import { createTurns } from '../ingest/turns.ts';
import { MACHINE_DECORATOR, machineTokenHook } from '../machine-token.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { needing } from '../sign-in/door.ts';
import { Throttle } from '../throttle.ts';
import { agentRoute } from './agent.ts';
import { forgetRoute } from './forget.ts';
import { ingestRoute } from './ingest.ts';
import { joinRoute } from './join.ts';
import { reportRoute } from './report.ts';

export interface AgentsOptions {
  log: EventLog;
  hub: Pick<Hub, 'board'>;
  access: Access;
  limits: MachineLimits;
  metrics: GatewayMetrics;
}

/** What a machine that has joined tells and asks, within its limits. */
const joinedRoutes =
  ({ log, hub, access, limits, metrics }: AgentsOptions): FastifyPluginAsync =>
  async (app) => {
    const claims = createClaims(access);
    const turns = createTurns();
    const limiter = createMachineLimits({ limits, metrics, logger: app.log });
    app.decorateRequest(MACHINE_DECORATOR);
    app.addHook('onRequest', machineTokenHook(access));
    app.addHook('onRequest', machineLimitsHook(limiter));
    await app.register(agentRoute({ access }));
    await app.register(ingestRoute({ log, hub, claims, turns, limiter, metrics }));
    await app.register(reportRoute({ log }));
    await app.register(forgetRoute({ log, claims, turns }));
  };

/** What machines ask: how they join, and with a token of their own what they tell. They read nothing of the board. */
export const agentsRoutes =
  (options: AgentsOptions): FastifyPluginAsync =>
  async (app) => {
    await app.register(joinRoute({ access: options.access, log: options.log, throttle: new Throttle() }));
    await app.register(needing('machine', joinedRoutes(options)));
  };
