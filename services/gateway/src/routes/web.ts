import { access } from 'node:fs/promises';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '../problem.ts';

const A_YEAR = 'public, max-age=31536000, immutable';
const NOT_BUILT = 'The web page of this board is not built. Build it with "npm run build" and start the board again.\n';

const notFound = (reply: FastifyReply): void => {
  reply.code(404).send(problem(404, 'There is nothing here.'));
};

/** A page's own address (`/repo/acme`), not a file's and not the API's: the page itself finds out what to show. */
const isPageAddress = ({ method, url, headers }: FastifyRequest): boolean => {
  const path = url.split('?', 1)[0] ?? '';
  const lastSegment = path.slice(path.lastIndexOf('/') + 1);
  const wantsPage = headers.accept === undefined || /text\/html|\*\/\*/.test(headers.accept);
  return (
    (method === 'GET' || method === 'HEAD') && !/^\/api(\/|$)/.test(path) && !lastSegment.includes('.') && wantsPage
  );
};

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/**
 * Serves the built web page from `webDir`, and what is not found anywhere. Files under `assets/` have a hash in their
 * names and may be kept for good; all others are asked for again.
 */
export const webRoutes =
  (webDir: string): FastifyPluginAsync =>
  async (app) => {
    if (!(await exists(join(webDir, 'index.html')))) {
      app.log.warn({ webDir }, 'the web page is not built');
      app.setNotFoundHandler((request, reply) => {
        if (isPageAddress(request)) reply.code(404).type('text/plain; charset=utf-8').send(NOT_BUILT);
        else notFound(reply);
      });
      return;
    }
    const assets = join(webDir, 'assets') + sep;
    await app.register(fastifyStatic, {
      root: webDir,
      cacheControl: false,
      // The build leaves a compressed twin beside each text.
      preCompressed: true,
      setHeaders: (reply, path) => {
        reply.setHeader('cache-control', path.startsWith(assets) ? A_YEAR : 'no-cache');
        reply.setHeader('vary', 'accept-encoding');
      },
    });
    app.setNotFoundHandler((request, reply) => {
      if (isPageAddress(request)) return reply.sendFile('index.html');
      return notFound(reply);
    });
  };
