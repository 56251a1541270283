import { Counter, Gauge, type Registry } from '@crewboard/runtime';

export interface IngestMetrics {
  eventsSent(count: number): void;
  line(outcome: 'read' | 'silent' | 'unknown' | 'unreadable'): void;
  deadLetter(): void;
  /** Adds the figures that are measured when they are asked for. */
  watch(figures: { backlogBytes: () => number; queuedEvents: () => number; files: () => number }): void;
}

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
    watch({ backlogBytes, queuedEvents, files }) {
      const gauge = (name: string, help: string, value: () => number): void => {
        new Gauge({
          name,
          help,
          registers,
          collect() {
            this.set(value());
          },
        });
      };
      gauge('crewboard_ingest_backlog_bytes', 'Bytes of transcripts that were not read yet', backlogBytes);
      gauge('crewboard_ingest_queued_events', 'Events that wait for the sink', queuedEvents);
      gauge('crewboard_ingest_files', 'Transcripts that are followed', files);
    },
  };
};
