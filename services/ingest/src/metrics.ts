export interface IngestMetrics {
  eventsSent(count: number): void;
  line(outcome: LineOutcome): void;
  deadLetter(): void;
  /** Adds what is measured when it is asked for. To be called once. */
  watch(gauges: Readonly<Record<keyof IngestGauges, () => number>>): void;
  /** All as it is now; the gauges are 0 before `watch`. */
  figures(): IngestFigures;
}

/** What became of a transcript's line. */
export type LineOutcome = 'read' | 'silent' | 'unknown' | 'unreadable';

export interface IngestGauges {
  backlogBytes: number;
  queuedEvents: number;
  files: number;
  liveProcesses: number;
  unreadablePresences: number;
  hookPayloads: number;
  unreadableHookPayloads: number;
  waitingHookPayloads: number;
  clockSkewSeconds: number;
}

/** An agent's figures as plain data, which may pass between threads. The counts only rise. */
export interface IngestFigures {
  eventsSent: number;
  deadLetters: number;
  lines: Readonly<Record<LineOutcome, number>>;
  gauges: Readonly<IngestGauges>;
}

const NO_GAUGES: IngestGauges = {
  backlogBytes: 0,
  queuedEvents: 0,
  files: 0,
  liveProcesses: 0,
  unreadablePresences: 0,
  hookPayloads: 0,
  unreadableHookPayloads: 0,
  waitingHookPayloads: 0,
  clockSkewSeconds: 0,
};
const isGauge = (name: string): name is keyof IngestGauges => name in NO_GAUGES;

/** Counts without a metrics library, which would cost the agent's thread more to load than all the rest: see `prometheus.ts`. */
export const createIngestMetrics = (): IngestMetrics => {
  let eventsSent = 0;
  let deadLetters = 0;
  const lines: Record<LineOutcome, number> = { read: 0, silent: 0, unknown: 0, unreadable: 0 };
  let measure = (): IngestGauges => NO_GAUGES;
  return {
    eventsSent: (count) => {
      eventsSent += count;
    },
    line: (outcome) => {
      lines[outcome]++;
    },
    deadLetter: () => {
      deadLetters++;
    },
    watch: (gauges) => {
      measure = () => {
        const measured = { ...NO_GAUGES };
        for (const name of Object.keys(measured).filter(isGauge)) measured[name] = gauges[name]();
        return measured;
      };
    },
    figures: () => ({ eventsSent, deadLetters, lines: { ...lines }, gauges: measure() }),
  };
};
