import type { FastifyPluginAsync } from 'fastify';
import { openapiDocument } from '../openapi/document.ts';

/** GET /api/openapi.json. */
export const openapiRoute: FastifyPluginAsync = async (app) => {
  /** Made for the first who asks: most boards start without one. */
  let body: string | undefined;
  app.get('/api/openapi.json', async (_request, reply) => {
    reply.type('application/json; charset=utf-8');
    body ??= JSON.stringify(openapiDocument());
    return body;
  });
};
