import { mayActAs } from '@crewboard/access';
import type { Role } from '@crewboard/contract';
import type { FastifyPluginAsync, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { acts } from '../access.ts';
import { bearerOf, isToken } from '../bearer.ts';
import { problem } from '../problem.ts';
import type { Person } from './options.ts';
import type { SignIns } from './sign-ins.ts';

/**
 * What a route asks of who calls it: `nothing` is open to anybody, `machine` has a token hook of its own, `metrics` takes
 * a scraper's token as well as a viewer. A route that says nothing needs a viewer.
 */
export type Need = 'nothing' | 'machine' | 'metrics' | Role;

/** Who makes a request. */
export interface Caller extends Person {
  /** Absent where nobody signs in. */
  signIn?: { cookie: string; expiresAt: number };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    needs?: Need;
  }
  interface FastifyRequest {
    /** Null where the route needs no viewer. */
    caller: Caller | null;
  }
}

/** Who calls a route that needs a viewer. */
export const callerOf = (request: FastifyRequest): Caller => {
  if (!request.caller) throw new Error('this route needs no viewer');
  return request.caller;
};

/** The routes of a plugin that can't say themselves what they need. */
export const needing =
  (needs: Need, plugin: FastifyPluginAsync): FastifyPluginAsync =>
  async (app) => {
    app.addHook('onRoute', (route) => {
      route.config = { ...route.config, needs };
    });
    await app.register(plugin);
  };

export interface DoorOptions {
  /** Absent where nobody signs in. */
  signIns: SignIns | undefined;
  /** Whom everybody counts as there. */
  openTo: Person;
  metricsToken: string | undefined;
}

/** A browser says so of requests that its page made itself; older ones send Origin, which has been checked when it comes here. */
const isFromOwnPage = ({ headers }: FastifyRequest): boolean =>
  headers.origin !== undefined || headers['sec-fetch-site'] === 'same-origin';

/**
 * Lets a request through to its route, or answers 401 to who is not signed in and 403 to who may not do that. Comes after
 * the check of Host and Origin, for every route there is.
 */
export const doorHook =
  ({ signIns, openTo, metricsToken }: DoorOptions): onRequestAsyncHookHandler =>
  async (request, reply) => {
    const needs = request.routeOptions.config.needs ?? 'viewer';
    // Behind an address without a route is nothing to keep.
    if (request.is404 || needs === 'nothing' || needs === 'machine') return;
    if (!signIns) {
      request.caller = openTo;
    } else {
      const isScraper = needs === 'metrics' && metricsToken !== undefined;
      if (isScraper && isToken(bearerOf(request.headers.authorization), metricsToken)) return;
      const signedIn = await signIns.of(request);
      if (!signedIn) return reply.code(401).send(problem(401, 'Sign in first.'));
      if (acts(request) && !isFromOwnPage(request)) {
        return reply.code(403).send(problem(403, "A sign-in acts from the board's own page only."));
      }
      const { name, role, cookie, expiresAt } = signedIn;
      request.caller = { name, role, signIn: { cookie, expiresAt } };
    }
    const role = needs === 'metrics' ? 'viewer' : needs;
    if (!mayActAs(request.caller.role, role)) {
      return reply.code(403).send(problem(403, `Only ${role}s of this board may do that.`));
    }
  };
