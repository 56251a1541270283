import { type FastifyPluginAsync, fastify } from 'fastify';
import type { Logger } from './logger.ts';
import type { Registry } from './metrics.ts';
import { withoutJsonSchema } from './no-json-schema.ts';
import { within } from './within.ts';

/** A check that has not answered by then counts as failed: whoever asks has a time-out of its own. */
const READY_WITHIN_MS = 3000;

export interface ProbeOptions {
  /** Rejects while the service can't do its work. */
  ready: () => Promise<void>;
  logger: Logger;
  /** Whether whoever asks is told the error's message; the log is told in any case. */
  tellsReason: boolean;
}

/** GET /healthz (the process answers) and /readyz (it can work: 200, or 503). A Fastify plugin. */
export const probeRoutes =
  ({ ready, logger, tellsReason }: ProbeOptions): FastifyPluginAsync =>
  async (app) => {
    app.get('/healthz', async () => ({ status: 'ok' }));

    app.get('/readyz', async (_request, reply) => {
      try {
        await within(ready(), READY_WITHIN_MS);
        return { status: 'ready' };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        logger.warn({ reason }, 'not ready');
        return reply.code(503).send({ status: 'not ready', ...(tellsReason ? { reason } : {}) });
      }
    });
  };

/** GET /metrics, as text for Prometheus. A Fastify plugin. */
export const metricsRoute =
  (registry: Registry): FastifyPluginAsync =>
  async (app) => {
    app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  };

export interface HealthOptions {
  registry: Registry;
  /** Rejects while the service can't do its work; the error's message is shown to whoever asks. */
  ready: () => Promise<void>;
  logger: Logger;
}

/** The health routes on a server of their own. `port: 0` takes a free one; see `url`. A second `close` is harmless. */
export const startHealthServer = async ({
  host,
  port,
  registry,
  ready,
  logger,
}: HealthOptions & { host: string; port: number }): Promise<{ url: string; close(): Promise<void> }> => {
  const app = fastify({ forceCloseConnections: true, schemaController: withoutJsonSchema });
  await app.register(probeRoutes({ ready, logger, tellsReason: true }));
  await app.register(metricsRoute(registry));
  const url = await app.listen({ host, port });
  return { url, close: () => app.close() };
};
