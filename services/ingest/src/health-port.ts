import { createMetrics, type Logger, startHealthServer } from '@crewboard/runtime';
import type { IngestFigures } from './metrics.ts';
import { exposeIngest } from './prometheus.ts';

export interface HealthPortOptions {
  port: number;
  figures: () => IngestFigures;
  /** Rejects while the board has not accepted everything. */
  ready: () => Promise<void>;
  logger: Logger;
}

/** Shows on loopback how the agent fares: `/healthz`, `/readyz`, `/metrics`. */
export const openHealthPort = ({ port, figures, ready, logger }: HealthPortOptions) => {
  const registry = createMetrics();
  exposeIngest(registry, figures);
  return startHealthServer({ host: '127.0.0.1', port, registry, ready, logger });
};
