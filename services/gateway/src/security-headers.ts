import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';
import { isHttps } from './sign-in/cookie.ts';

/** Only what the gateway itself serves; `'self'` covers the feed's socket too. No upgrade to https: a LAN board may have none. */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

/** The page needs none of it, so nothing that gets into the page gets it. */
const PERMISSIONS = ['camera', 'display-capture', 'geolocation', 'microphone', 'payment', 'usb']
  .map((feature) => `${feature}=()`)
  .join(', ');

const A_YEAR_S = 365 * 24 * 3600;

/** What Helmet puts on an answer: the same on each, so it is asked once. */
const helmetHeaders = (): Record<string, string> => {
  const answer = new ServerResponse(new IncomingMessage(new Socket()));
  const putOn = helmet({
    contentSecurityPolicy,
    crossOriginEmbedderPolicy: true,
    referrerPolicy: { policy: 'no-referrer' },
    // Over https only, which Helmet does not see.
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  });
  putOn(answer.req, answer, () => undefined);
  return Object.fromEntries(Object.entries(answer.getHeaders()).map(([name, value]) => [name, String(value)]));
};

/** What browsers are to refuse on behalf of this board, on every answer. What says nothing else is kept by nobody on the way. */
export const addSecurityHeaders = (app: FastifyInstance, publicUrl: string | undefined): void => {
  const headers = { ...helmetHeaders(), 'permissions-policy': PERMISSIONS };
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers);
    if (isHttps(request, publicUrl)) reply.header('strict-transport-security', `max-age=${A_YEAR_S}`);
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (reply.getHeader('cache-control') === undefined) reply.header('cache-control', 'no-store');
    done(null, payload);
  });
};
