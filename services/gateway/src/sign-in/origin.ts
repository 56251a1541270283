import type { FastifyRequest } from 'fastify';

/** The board's address as people type it: what is set, else how this request came, whose Host header was checked before. */
export const originOf = (request: FastifyRequest, publicUrl: string | undefined): string =>
  publicUrl === undefined ? `${request.protocol}://${request.headers.host}` : new URL(publicUrl).origin;
