import type { FastifyReply, FastifyRequest } from 'fastify';

/** Where people reach the board, where it is told. */
export type PublicUrl = string | undefined;

/** Whether the browser came over https, also where the proxy that ends TLS does not say so but the settings do. */
export const isHttps = (request: FastifyRequest, publicUrl: PublicUrl): boolean => {
  if (request.protocol === 'https') return true;
  if (publicUrl === undefined) return false;
  const { protocol, host } = new URL(publicUrl);
  return protocol === 'https:' && request.headers.host?.toLowerCase() === host;
};

/** Over https the prefix makes browsers refuse what another host of the domain, or http, tries to put in its place. */
const nameOf = (name: string, isSecure: boolean): string => (isSecure ? `__Host-${name}` : name);

const attributes = (secure: boolean) => ({ httpOnly: true, sameSite: 'lax', path: '/', secure }) as const;

export const readCookie = (request: FastifyRequest, publicUrl: PublicUrl, name: string): string | undefined =>
  request.cookies[nameOf(name, isHttps(request, publicUrl))];

export const setCookie = (
  request: FastifyRequest,
  reply: FastifyReply,
  publicUrl: PublicUrl,
  { name, value, ttlMs }: { name: string; value: string; ttlMs: number },
): void => {
  const isSecure = isHttps(request, publicUrl);
  reply.setCookie(nameOf(name, isSecure), value, { ...attributes(isSecure), maxAge: Math.floor(ttlMs / 1000) });
};

export const clearCookie = (request: FastifyRequest, reply: FastifyReply, publicUrl: PublicUrl, name: string): void => {
  const isSecure = isHttps(request, publicUrl);
  reply.clearCookie(nameOf(name, isSecure), attributes(isSecure));
};
