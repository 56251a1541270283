import type { Access } from '@crewboard/access';
import type { EventLog } from '@crewboard/event-log';
import type { Records } from '@crewboard/records';
import { type Logger, metricsRoute, probeRoutes, type Registry, withoutJsonSchema } from '@crewboard/runtime';
import cookie from '@fastify/cookie';
import websocket from '@fastify/websocket';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import { type AccessRules, accessHook, methodHook } from './access.ts';
import type { FeedLimits } from './feed-socket.ts';
import type { Hub } from './hub.ts';
import type { MachineLimits } from './ingest/limits.ts';
import { gatewayMetrics } from './metrics.ts';
import { answerError, answerUnreadable, answerUnroutable } from './problem.ts';
import { adminRoutes } from './routes/admin.ts';
import { agentsRoutes } from './routes/agents.ts';
import { boardRoutes } from './routes/board.ts';
import { claimRoutes } from './routes/claim.ts';
import { feedRoute } from './routes/feed.ts';
import { handOverRoute } from './routes/hand-over.ts';
import { machinesRoute } from './routes/machines.ts';
import { noticesRoute } from './routes/notices.ts';
import { openapiRoute } from './routes/openapi.ts';
import { passwordRoute } from './routes/password.ts';
import { signOutRoute } from './routes/sign-out.ts';
import { todayRoute } from './routes/today.ts';
import { viewerRoute } from './routes/viewer.ts';
import { webRoutes } from './routes/web.ts';
import { webhooksRoute } from './routes/webhooks.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { doorHook, needing } from './sign-in/door.ts';
import type { Person, SignInOptions } from './sign-in/options.ts';
import { createPasswords } from './sign-in/passwords.ts';
import type { Provider } from './sign-in/provider.ts';
import { createSignIns } from './sign-in/sign-ins.ts';
import { Throttle } from './throttle.ts';

export interface AppOptions {
  log: EventLog;
  access: Access;
  records: Pick<Records, 'get' | 'list' | 'update'>;
  hub: Hub;
  logger: Logger;
  registry: Registry;
  rules: AccessRules;
  signIn: SignInOptions | undefined;
  openTo: Person;
  webhookSecret: string | undefined;
  publicUrl: string | undefined;
  webDir: string;
  machineLimits: MachineLimits;
  requestTimeoutMs: number;
  trustProxy: boolean | string;
  feedLimits: FeedLimits;
}

/** Clients have nothing to say on a feed. */
const CLIENT_MESSAGE_BYTES = 1024;

/** Most boards ask nobody else who somebody is: those load no client of such a provider. */
const providersOf = async (signIn: SignInOptions | undefined): Promise<Provider[]> => {
  const providers: Provider[] = [];
  if (signIn?.github) providers.push((await import('./sign-in/github.ts')).createGithub(signIn.github));
  if (signIn?.oidc) providers.push((await import('./sign-in/oidc.ts')).createOidc(signIn.oidc));
  return providers;
};

/** Builds the gateway's server; whoever calls it listens, or injects. */
export const buildApp = async (options: AppOptions): Promise<FastifyInstance> => {
  const { log, access, hub, registry, signIn, openTo, publicUrl, feedLimits } = options;
  const logger: FastifyBaseLogger = options.logger;
  const metrics = gatewayMetrics(registry, () => hub.behindMs(Date.now()));
  const app: FastifyInstance = fastify({
    loggerInstance: logger,
    // Fastify's own lines hold the query; ours is below.
    logController: new LogController({ disableRequestLogging: true }),
    // A logger for each request names it in its lines: of use beside the line of each answer, which only `debug` has.
    childLoggerFactory: (parent, bindings, childOptions) =>
      options.logger.isLevelEnabled('debug') ? parent.child(bindings, childOptions) : parent,
    trustProxy: options.trustProxy,
    requestTimeout: options.requestTimeoutMs,
    http: {
      // A longer one would put the other out of force.
      headersTimeout: options.requestTimeoutMs,
      requestTimeout: options.requestTimeoutMs,
      // Node.js looks every 30 s otherwise, which would be a time-out of its own.
      connectionsCheckingInterval: Math.min(5_000, options.requestTimeoutMs / 2),
    },
    routerOptions: { maxParamLength: 200 },
    schemaController: withoutJsonSchema,
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerUnreadable,
  });
  app.setErrorHandler(answerError);

  await app.register(websocket, {
    options: { maxPayload: CLIENT_MESSAGE_BYTES, perMessageDeflate: false },
    preClose: (done) => {
      // From now on who wants a socket is answered as anybody else: 503. Nobody would close a socket that is opened now, and the server waits for all.
      app.server.removeAllListeners('upgrade');
      // The feed closes its sockets itself, with a reason.
      done();
    },
  });
  addSecurityHeaders(app, publicUrl);
  app.addHook('onRequest', methodHook);
  app.addHook('onRequest', accessHook(options.rules));
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const status = String(reply.statusCode);
    metrics.requestSeconds.observe({ method: request.method, route, status }, reply.elapsedTime / 1000);
    request.log.debug({ method: request.method, route, status, ms: Math.round(reply.elapsedTime) }, 'answered');
  });

  const passwords = createPasswords(signIn?.passwords ?? [], () => access.repositorySalt());
  const providers = await providersOf(signIn);
  const means = async () => new Set([...(await passwords.means()), ...providers.map((provider) => provider.means)]);
  const signIns = signIn && createSignIns({ access, ttlMs: signIn.ttlMs, publicUrl, means });
  await app.register(cookie);
  app.decorateRequest('caller', null);
  app.addHook('onRequest', doorHook({ signIns, openTo, metricsToken: signIn?.metricsToken }));

  const probes = { ready: () => hub.check(), logger: options.logger, tellsReason: !signIn };
  await app.register(needing('nothing', probeRoutes(probes)));
  await app.register(needing('metrics', metricsRoute(registry)));
  await app.register(viewerRoute({ signIns, options: signIn, openTo }));
  if (signIns) {
    if (signIn.passwords.length > 0) {
      await app.register(passwordRoute({ signIns, passwords, throttle: new Throttle() }));
    }
    for (const provider of providers) {
      const { providerRoutes } = await import('./routes/provider.ts');
      await app.register(providerRoutes({ provider, signIns, publicUrl }));
    }
    await app.register(signOutRoute(signIns));
  }
  await app.register(adminRoutes({ access, log, publicUrl }));
  await app.register(boardRoutes({ hub, log }));
  await app.register(feedRoute({ hub, limits: feedLimits, metrics, signIns }));
  await app.register(agentsRoutes({ log, hub, access, limits: options.machineLimits, metrics }));
  await app.register(handOverRoute({ hub, log }));
  await app.register(claimRoutes({ hub, log }));
  await app.register(todayRoute({ hub, log }));
  await app.register(machinesRoute({ log }));
  await app.register(noticesRoute({ records: options.records }));
  if (options.webhookSecret !== undefined) {
    await app.register(webhooksRoute({ records: options.records, secret: options.webhookSecret }));
  }
  await app.register(openapiRoute);
  await app.register(needing('nothing', webRoutes(options.webDir)));
  return app;
};
