import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import { type FeedLimits, FeedSocket, GOING_AWAY, TRY_AGAIN_LATER } from '../feed-socket.ts';
import { FeedWatch } from '../feed-watch.ts';
import type { Hub } from '../hub.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { BoardNotRead, problem } from '../problem.ts';
import { callerOf } from '../sign-in/door.ts';
import type { SignIns } from '../sign-in/sign-ins.ts';

export interface FeedOptions {
  hub: Hub;
  limits: FeedLimits;
  metrics: GatewayMetrics;
  /** Absent where nobody signs in. */
  signIns: SignIns | undefined;
}

/** `after` twice or more is no offset, so it is answered like any other unknown one. */
const feedQuery = z.object({ after: z.union([z.string(), z.array(z.string()).transform(() => '')]).optional() });

/** WebSocket /api/feed. Nothing is expected from clients; what they say is dropped. */
export const feedRoute =
  ({ hub, limits, metrics, signIns }: FeedOptions): FastifyPluginAsync =>
  async (app) => {
    const feeds = new Set<FeedSocket>();
    const watch = signIns && new FeedWatch({ signIns, logger: app.log, checkMs: limits.signInCheckMs });
    const counters = {
      sent: () => metrics.feedSent.inc(),
      conflated: () => metrics.feedConflated.inc(),
      closedSlow: () => metrics.feedClosedSlow.inc(),
    };

    const beat = setInterval(() => {
      const now = Date.now();
      for (const feed of feeds) feed.beat(now);
    }, limits.pingMs);

    let isClosing = false;
    app.addHook('preClose', async () => {
      isClosing = true;
      clearInterval(beat);
      watch?.stop();
      await Promise.all(Array.from(feeds, (feed) => feed.close(GOING_AWAY, 'the board goes away')));
    });

    app.get(
      '/api/feed',
      {
        websocket: true,
        preHandler: async (request, reply) => {
          if (!request.ws) {
            return reply.header('upgrade', 'websocket').code(426).send(problem(426, 'The feed is a WebSocket.'));
          }
          if (!hub.board) throw new BoardNotRead();
        },
      },
      (socket, request) => {
        const { signIn } = callerOf(request);
        const { after } = feedQuery.parse(request.query);
        // It was on its way when the others were closed.
        if (isClosing) return socket.terminate();
        if (feeds.size >= limits.maxSockets) {
          socket.close(TRY_AGAIN_LATER, 'too many feeds');
          return;
        }
        const feed = new FeedSocket({
          socket,
          connection: request.raw.socket,
          limits,
          counters,
          snapshot: () => hub.snapshot(),
        });
        feeds.add(feed);
        if (signIn) watch?.add(signIn, feed);
        metrics.feedClients.set(feeds.size);
        socket.on('close', () => {
          hub.leave(feed);
          feeds.delete(feed);
          if (signIn) watch?.remove(signIn, feed);
          metrics.feedClients.set(feeds.size);
        });
        feed.begin(hub.join(feed, after));
      },
    );
  };
