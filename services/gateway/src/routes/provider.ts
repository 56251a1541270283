import type { SignInProblem } from '@crewboard/contract';
import rateLimit from '@fastify/rate-limit';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { clearCookie, readCookie, setCookie } from '../sign-in/cookie.ts';
import { originOf } from '../sign-in/origin.ts';
import { pageAfter } from '../sign-in/page-after.ts';
import { type Arrival, type Flow, flowSchema, newFlow, type Provider } from '../sign-in/provider.ts';
import type { SignIns } from '../sign-in/sign-ins.ts';

export interface ProviderRouteOptions {
  provider: Provider;
  signIns: SignIns;
  publicUrl: string | undefined;
}

const FLOW_COOKIE = 'crewboard-flow';
/** So long somebody may take to type their password at the provider. */
const FLOW_TTL_MS = 10 * 60_000;

/** By client address, which a whole office may share. */
const VISITS_PER_MINUTE = 120;

const query = z.object({ page: z.string().optional().catch(undefined) });

const encode = (flow: Flow): string => Buffer.from(JSON.stringify(flow)).toString('base64url');

const decode = (cookie: string | undefined): Flow | undefined => {
  try {
    return flowSchema.safeParse(JSON.parse(Buffer.from(cookie ?? '', 'base64url').toString('utf8'))).data;
  } catch {
    return undefined;
  }
};

/** Never the whole error: what a provider sent is in it, tokens too. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  const inner = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${inner}`;
};

/**
 * GET /api/sign-in/<provider>?page=/where/to/come/back sends the browser to the provider, and …/callback takes it back: to
 * that page, or to the front page with `?sign-in=` and what went wrong.
 */
export const providerRoutes =
  ({ provider, signIns, publicUrl }: ProviderRouteOptions): FastifyPluginAsync =>
  async (app) => {
    await app.register(rateLimit, { max: VISITS_PER_MINUTE, timeWindow: '1 minute' });
    const { id, means } = provider;
    const path = `/api/sign-in/${id}`;
    const callbackOf = (request: FastifyRequest) => `${originOf(request, publicUrl)}${path}/callback`;

    const sendBack = (request: FastifyRequest, reply: FastifyReply, problem: SignInProblem, reason: string) => {
      request.log.warn({ by: id, address: request.ip, reason }, 'sign-in refused');
      return reply.redirect(`/?sign-in=${problem}`);
    };

    app.get(path, { config: { needs: 'nothing' } }, async (request, reply) => {
      const flow = newFlow(id, pageAfter(query.parse(request.query).page));
      let url: URL;
      try {
        url = await provider.authorizationUrl(callbackOf(request), flow);
      } catch (error) {
        return sendBack(request, reply, 'failed', reasonOf(error));
      }
      setCookie(request, reply, publicUrl, { name: FLOW_COOKIE, value: encode(flow), ttlMs: FLOW_TTL_MS });
      return reply.redirect(url.href);
    });

    app.get(`${path}/callback`, { config: { needs: 'nothing' } }, async (request, reply) => {
      const flow = decode(readCookie(request, publicUrl, FLOW_COOKIE));
      clearCookie(request, reply, publicUrl, FLOW_COOKIE);
      if (flow?.provider !== id) return sendBack(request, reply, 'expired', 'this browser did not ask to sign in');
      const callback = new URL(callbackOf(request));
      callback.search = new URL(request.url, callback).search;
      let arrival: Arrival;
      try {
        arrival = await provider.arrival(callback, flow);
      } catch (error) {
        return sendBack(request, reply, 'failed', reasonOf(error));
      }
      if (arrival.kind === 'stranger') return sendBack(request, reply, 'not_allowed', `${arrival.name} is on no list`);
      const { name, role } = arrival;
      await signIns.begin(request, reply, { name, role, by: id, means });
      request.log.info({ by: id, address: request.ip, person: name, role }, 'signed in');
      // Read again: the cookie came back from a browser.
      return reply.redirect(pageAfter(flow.page));
    });
  };
