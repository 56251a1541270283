import type { Records } from '@crewboard/records';
import { Webhooks } from '@octokit/webhooks';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import { orUnavailable, problem } from '../problem.ts';

export interface WebhooksOptions {
  records: Pick<Records, 'get' | 'update'>;
  /** What GitHub signs with. */
  secret: string;
  now?: () => number;
}

/** GitHub sends no more than 25 MB; what concerns a board is far smaller. */
const BODY_BYTES = 5 * 1024 * 1024;
/** GitHub lets people send a delivery again for three days. */
const DELIVERY_MS = 3 * 24 * 3_600_000;
/** The enricher looks every second: it needs to know whether webhooks still come. */
const TOUCH_MS = 2 * 3_600_000;

/** What changes a pull request, or what is shown of it. The rest is taken and means nothing. */
const TELLING: ReadonlySet<string> = new Set([
  'check_run',
  'check_suite',
  'pull_request',
  'pull_request_review',
  'push',
  'repository',
  'status',
  'workflow_run',
]);

const SIGNATURE = /^sha256=([0-9a-f]{64})$/;
const payloadSchema = z.object({
  repository: z.object({ full_name: z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/) }),
});

/**
 * POST /api/webhooks/github: GitHub says that something happened in a repository. What it says is not believed but asked for: the enricher looks
 * at that repository at once. A delivery counts once, known by its signature: the same bytes have the same, whoever sends them again.
 */
export const webhooksRoute =
  ({ records, secret, now = Date.now }: WebhooksOptions): FastifyPluginAsync =>
  async (app) => {
    const webhooks = new Webhooks({ secret });
    app.removeAllContentTypeParsers();
    // The signature is over the bytes as they came.
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));

    const options = { bodyLimit: BODY_BYTES, config: { needs: 'nothing' } } as const;
    app.post('/api/webhooks/github', options, async (request, reply) => {
      const signature = z.string().safeParse(request.headers['x-hub-signature-256']).data ?? '';
      const delivery = SIGNATURE.exec(signature)?.[1];
      const body = typeof request.body === 'string' ? request.body : '';
      if (!delivery || body === '' || !(await webhooks.verify(body, signature))) {
        request.log.warn({ address: request.ip }, 'a webhook without a good signature');
        return reply.code(401).send(problem(401, 'The signature is not that of this board’s secret.'));
      }
      const event = request.headers['x-github-event'];
      const repository = repositoryIn(body);
      if (typeof event !== 'string' || !TELLING.has(event) || !repository) return reply.code(202).send();

      const kept = 'Nothing can be kept now. GitHub can send it again.';
      if ((await orUnavailable(records.get('delivery', delivery), kept)) !== undefined) return reply.code(202).send();
      await orUnavailable(
        records.update('touch', repository, () => ({ value: { at: now() }, ttlMs: TOUCH_MS })),
        kept,
      );
      await orUnavailable(
        records.update('delivery', delivery, () => ({ value: { at: now() }, ttlMs: DELIVERY_MS })),
        kept,
      );
      return reply.code(202).send();
    });
  };

/** Hosts know no upper case in the names of repositories. */
const repositoryIn = (body: string): string | undefined => {
  try {
    return payloadSchema.safeParse(JSON.parse(body)).data?.repository.full_name.toLowerCase();
  } catch {
    return undefined;
  }
};
