import { once } from 'node:events';
import type { Logger } from '@crewboard/runtime';

/** Enriches nothing: no enrichment can be configured in this version. It says so once and waits to be stopped. */
export const createEnricher = ({ logger }: { logger: Logger }) => ({
  run: async (signal: AbortSignal): Promise<void> => {
    logger.info('no enrichment is configured: cards carry no summaries and no pull requests');
    if (!signal.aborted) await once(signal, 'abort');
  },
});
