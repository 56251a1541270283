import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** The service's own figures in a registry. Call once for each registry. */
export const createStatusMetrics = (registry: Registry) => {
  const registers = [registry];
  return {
    events: new Counter({ name: 'crewboard_status_events_total', help: 'Events folded', registers }),
    changes: new Counter({ name: 'crewboard_status_changes_total', help: 'Board changes written', registers }),
    setAside: new Counter({
      name: 'crewboard_status_dead_letters_total',
      help: 'Events that could not be folded',
      registers,
    }),
    contradictions: new Counter({
      name: 'crewboard_status_contradictions_total',
      help: 'Sources of one session that contradicted each other for more than 2 s, by who decided, who said otherwise, and client version',
      labelNames: ['decided', 'other', 'client_version'],
      registers,
    }),
    sessions: new Gauge({
      name: 'crewboard_status_sessions',
      help: 'Sessions held, by partition',
      labelNames: ['partition'],
      registers,
    }),
    checkpointAt: new Gauge({
      name: 'crewboard_status_folded_at_ms',
      help: 'When the partition was last seen to its end, in ms since 1970',
      labelNames: ['partition'],
      registers,
    }),
    saveSeconds: new Histogram({
      name: 'crewboard_status_save_seconds',
      help: 'Time to save one step',
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2],
      registers,
    }),
  };
};
export type StatusMetrics = ReturnType<typeof createStatusMetrics>;
