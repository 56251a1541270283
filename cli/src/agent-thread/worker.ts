import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { createIngestService, type EventSink } from '@crewboard/ingest';
import { serveFast } from '@crewboard/ingest/engine';
import { createLogger } from '@crewboard/runtime';
import type { AgentThreadData, FromAgent, ToAgent } from './protocol.ts';

/** The agent's side: the ingest service, with the other thread as its sink. */
const port = parentPort;
if (!port) throw new Error('this file is the agent’s thread, and is started by startAgentThread');

const { logLevel, ...options } = workerData as AgentThreadData;
const stop = new AbortController();
const say = (message: FromAgent): void => port.postMessage(message);

/** The other side keeps the order. */
const AHEAD = 32;

let lastBatch = 0;
/** Batches that are not accepted yet, by number. */
const accept = new Map<number, () => void>();
let lastReport = 0;
let answerReport: (answer: Extract<ToAgent, { kind: 'reported' }>) => void = () => undefined;
const sink: EventSink = {
  send: async (events, signal) => {
    const number = ++lastBatch;
    const accepted = new Promise<void>((resolve) => accept.set(number, resolve));
    const texts = events.map((event) => ({ sessionId: event.sessionId, json: JSON.stringify(event) }));
    say({ kind: 'batch', number, events: texts });
    const aborted = new AbortController();
    try {
      await Promise.race([accepted, once(signal, 'abort', { signal: aborted.signal })]);
    } finally {
      aborted.abort();
      accept.delete(number);
    }
    signal.throwIfAborted();
  },
  ahead: AHEAD,
  report: (report) =>
    new Promise((resolve, reject) => {
      const number = ++lastReport;
      answerReport = (answer) => {
        if (answer.number !== number) return;
        if (answer.isTaken) resolve();
        else reject(new Error('the board did not take the report'));
      };
      say({ kind: 'report', number, report });
    }),
  // The board is on this machine, and of this version.
  standing: () => ({ clockSkewMs: 0, boardVersion: null, trouble: null }),
};

const logger = createLogger({ name: 'agent', level: logLevel });
const service = createIngestService({ ...options, target: 'solo', sink, logger });

port.on('message', (message: ToAgent) => {
  switch (message.kind) {
    case 'accepted':
      accept.get(message.number)?.();
      break;
    case 'reported':
      answerReport(message);
      break;
    case 'figures':
      say({ kind: 'figures', figures: service.figures() });
      break;
    case 'stop':
      stop.abort();
      break;
  }
});

// What is left to do goes on for weeks, on this thread and on the board's.
void service.caughtUp.then(serveFast);
await service.run(stop.signal);
port.close();
