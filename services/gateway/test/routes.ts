import { channel } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';

/** Every route that the gateways of this test have, as Fastify tells of them. Filled when they start. */
export const watchRoutes = (): { method: string; url: string }[] => {
  const routes: { method: string; url: string }[] = [];
  const initialization = channel('fastify.initialization');
  const watch = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) routes.push({ method: each, url });
    });
  };
  initialization.subscribe(watch);
  onTestFinished(() => void initialization.unsubscribe(watch));
  return routes;
};
