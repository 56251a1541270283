import type { FastifyPluginAsync } from 'fastify';
import { openapiDocument } from '../openapi/document.ts';

/** GET /api/openapi.json. */
export const openapiRoute: FastifyPluginAsync = async (app) => {
  const body = JSON.stringify(openapiDocument());
  app.get('/api/openapi.json', async (_request, reply) => {
    reply.type('application/json; charset=utf-8');
    return body;
  });
};
