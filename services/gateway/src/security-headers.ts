import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
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

/** What browsers are to refuse on behalf of this board, on every answer. What says nothing else is kept by nobody on the way. */
export const addSecurityHeaders = async (app: FastifyInstance, publicUrl: string | undefined): Promise<void> => {
  await app.register(helmet, {
    contentSecurityPolicy,
    crossOriginEmbedderPolicy: true,
    referrerPolicy: { policy: 'no-referrer' },
    // Over https only, which helmet does not see.
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('permissions-policy', PERMISSIONS);
    if (isHttps(request, publicUrl)) reply.header('strict-transport-security', `max-age=${A_YEAR_S}`);
    done();
  });
  app.addHook('onSend', async (_request, reply) => {
    if (reply.getHeader('cache-control') === undefined) reply.header('cache-control', 'no-store');
  });
};
