import { Counter, Gauge, type Registry } from '@crewboard/runtime';

export interface IngestMetrics {
  eventsSent(count: number): void;
  line(outcome: 'read' | 'silent' | 'unknown' | 'unreadable'): void;
  deadLetter(): void;
  /** Adds figures that are measured when they are asked for. To be called once. */
  watch(figures: IngestFigures): void;
}

const FIGURES = {
  backlogBytes: ['crewboard_ingest_backlog_bytes', 'Bytes of transcripts that were not read yet'],
  queuedEvents: ['crewboard_ingest_queued_events', 'Events that wait for the sink'],
  files: ['crewboard_ingest_files', 'Transcripts that are followed'],
  liveProcesses: ['crewboard_ingest_live_processes', 'Processes of the client that keep a presence'],
  unreadablePresences: ['crewboard_ingest_unreadable_presences', 'Presence files that could not be read'],
  hookPayloads: ['crewboard_ingest_hook_payloads', 'Payloads of hooks that were read since the agent started'],
  unreadableHookPayloads: ['crewboard_ingest_hook_payloads_unreadable', 'Payloads of hooks that could not be read'],
  waitingHookPayloads: ['crewboard_ingest_hook_payloads_waiting', 'Payloads of hooks that wait in the spool'],
  clockSkewSeconds: ['crewboard_ingest_clock_skew_seconds', 'The board’s clock minus this machine’s'],
} as const;

export type IngestFigures = Record<keyof typeof FIGURES, () => number>;
const isFigure = (name: string): name is keyof typeof FIGURES => name in FIGURES;

/** The agent's figures in a Prometheus registry. Called once for each registry. */
export const createIngestMetrics = (registry: Registry): IngestMetrics => {
  const registers = [registry];
  const sent = new Counter({
    name: 'crewboard_ingest_events_sent_total',
    help: 'Events that the sink accepted',
    registers,
  });
  const lines = new Counter({
    name: 'crewboard_ingest_lines_total',
    help: 'Transcript lines by what became of them',
    labelNames: ['outcome'],
    registers,
  });
  const dead = new Counter({
    name: 'crewboard_ingest_dead_letters_total',
    help: 'Transcript lines that could not be read',
    registers,
  });
  const byOutcome = {
    read: lines.labels('read'),
    silent: lines.labels('silent'),
    unknown: lines.labels('unknown'),
    unreadable: lines.labels('unreadable'),
  };
  return {
    eventsSent: (count) => sent.inc(count),
    line: (outcome) => byOutcome[outcome].inc(),
    deadLetter: () => dead.inc(),
    watch(figures) {
      for (const key of Object.keys(FIGURES).filter(isFigure)) {
        const [name, help] = FIGURES[key];
        new Gauge({
          name,
          help,
          registers,
          collect() {
            this.set(figures[key]());
          },
        });
      }
    },
  };
};
