import { Counter, Gauge, Histogram, type Registry } from '@crewboard/runtime';

export interface GatewayMetrics {
  feedClients: Gauge;
  feedSent: Counter;
  feedConflated: Counter;
  feedClosedSlow: Counter;
  ingestAccepted: Counter;
  /** `why` is one of the reasons of `ingest/batch.ts`. */
  ingestRejected: Counter<'why'>;
  /** `limit` is one of `ingest/machine-limits.ts`. */
  machineLimited: Counter<'limit'>;
  requestSeconds: Histogram<'method' | 'route' | 'status'>;
}

/** `behindMs`: how long the hub has been short of the changelog's end, asked at each scrape. */
export const gatewayMetrics = (registry: Registry, behindMs: () => number): GatewayMetrics => {
  const registers = [registry];
  new Gauge({
    name: 'crewboard_gateway_behind_seconds',
    help: 'For how long some partition of the changelog was not read to its end; 0 while the board is up to date',
    registers,
    collect() {
      this.set(behindMs() / 1000);
    },
  });
  return {
    feedClients: new Gauge({
      name: 'crewboard_gateway_feed_clients',
      help: 'Open feed sockets',
      registers,
    }),
    feedSent: new Counter({
      name: 'crewboard_gateway_feed_messages_total',
      help: 'Messages sent on feeds',
      registers,
    }),
    feedConflated: new Counter({
      name: 'crewboard_gateway_feed_conflated_total',
      help: 'Changes that were never sent because a newer one of the same session took their place',
      registers,
    }),
    feedClosedSlow: new Counter({
      name: 'crewboard_gateway_feed_closed_slow_total',
      help: 'Feed sockets closed because they took nothing for too long',
      registers,
    }),
    ingestAccepted: new Counter({
      name: 'crewboard_gateway_ingest_events_total',
      help: 'Events accepted into the log',
      registers,
    }),
    ingestRejected: new Counter({
      name: 'crewboard_gateway_ingest_rejected_total',
      help: 'Lines that were not taken: no event, of a type that is not known here, not for agents to send, or of another machine',
      labelNames: ['why'],
      registers,
    }),
    machineLimited: new Counter({
      name: 'crewboard_gateway_machine_limited_total',
      help: 'Requests refused because their machine is over a limit',
      labelNames: ['limit'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'crewboard_gateway_request_seconds',
      help: 'Time until a request was answered',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
  };
};
