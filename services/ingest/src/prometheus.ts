import { Counter, Gauge, type Registry } from '@crewboard/runtime';
import type { IngestFigures, IngestGauges } from './metrics.ts';

const GAUGES: Record<keyof IngestGauges, readonly [name: string, help: string]> = {
  backlogBytes: ['crewboard_ingest_backlog_bytes', 'Bytes of transcripts that were not read yet'],
  queuedEvents: ['crewboard_ingest_queued_events', 'Events that wait for the sink'],
  files: ['crewboard_ingest_files', 'Transcripts that are followed'],
  liveProcesses: ['crewboard_ingest_live_processes', 'Processes of the client that keep a presence'],
  unreadablePresences: ['crewboard_ingest_unreadable_presences', 'Presence files that could not be read'],
  hookPayloads: ['crewboard_ingest_hook_payloads', 'Payloads of hooks that were read since the agent started'],
  unreadableHookPayloads: ['crewboard_ingest_hook_payloads_unreadable', 'Payloads of hooks that could not be read'],
  waitingHookPayloads: ['crewboard_ingest_hook_payloads_waiting', 'Payloads of hooks that wait in the spool'],
  clockSkewSeconds: ['crewboard_ingest_clock_skew_seconds', 'The board’s clock minus this machine’s'],
};
const isGauge = (name: string): name is keyof IngestGauges => name in GAUGES;

/**
 * Shows an agent's figures in a Prometheus registry. It is asked once for each scrape; where it answers `undefined`, it is over, and
 * what it said last stands. To be called once for each registry.
 */
export const exposeIngest = (
  registry: Registry,
  ask: () => IngestFigures | Promise<IngestFigures | undefined>,
): void => {
  const registers = [registry];
  let asked: Promise<IngestFigures | undefined> | undefined;
  const figures = async (): Promise<IngestFigures | undefined> => {
    asked ??= Promise.resolve(ask()).finally(() => {
      asked = undefined;
    });
    return asked;
  };
  const count = (name: string, help: string, read: (now: IngestFigures) => number): void => {
    new Counter({
      name,
      help,
      registers,
      async collect() {
        const now = await figures();
        if (!now) return;
        this.reset();
        this.inc(read(now));
      },
    });
  };

  count('crewboard_ingest_events_sent_total', 'Events that the sink accepted', ({ eventsSent }) => eventsSent);
  count('crewboard_ingest_dead_letters_total', 'Lines that could not be read', ({ deadLetters }) => deadLetters);
  new Counter({
    name: 'crewboard_ingest_lines_total',
    help: 'Transcript lines by what became of them',
    labelNames: ['outcome'],
    registers,
    async collect() {
      const now = await figures();
      if (!now) return;
      this.reset();
      for (const [outcome, lines] of Object.entries(now.lines)) this.inc({ outcome }, lines);
    },
  });
  for (const key of Object.keys(GAUGES).filter(isGauge)) {
    const [name, help] = GAUGES[key];
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const now = await figures();
        if (now) this.set(now.gauges[key]);
      },
    });
  }
};
