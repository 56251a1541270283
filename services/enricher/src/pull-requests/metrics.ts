import { Counter, type Registry } from '@crewboard/runtime';
import type { Outcome } from './host.ts';

/** Counts what is asked of the host. Only what was new costs of the hour's requests. */
export const createHostMetrics = (registry: Registry): ((outcome: Outcome) => void) => {
  const requests = new Counter({
    name: 'crewboard_github_requests_total',
    help: 'Requests to GitHub, by what became of them',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return (outcome) => requests.inc({ outcome });
};
