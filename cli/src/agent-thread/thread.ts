import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { IngestFigures, LogSink } from '@crewboard/ingest';
import type { AgentThreadData, FromAgent, ToAgent } from './protocol.ts';

export interface AgentThread {
  /**
   * Hands the agent's events and reports to the sink until the signal comes, and then lets it save its cursor. Rejects when the thread
   * fails. To be called once; events that were there before wait for it.
   */
  run(sink: LogSink, signal: AbortSignal): Promise<void>;
  /** The agent's own figures; nothing when it is over. */
  figures(): Promise<IngestFigures | undefined>;
  /** Ends the thread, if it still runs. */
  close(): Promise<void>;
}

type ForSink = Exclude<FromAgent, { kind: 'figures' }>;

/** The log takes what an agent makes, whatever its size. */
const nothingIsSetAside = (): void => undefined;

/** What it reads is garbage a moment later: a larger nursery costs memory and saves no time. */
const YOUNG_MB = 8;

/** The built worker lies beside the bundled command. */
const script = new URL('./agent-thread.js', import.meta.url);

/**
 * The agent in a thread of its own, begun at once. Reading a first gigabyte of transcripts takes seconds of CPU: here they hold
 * up neither the page nor the sessions that are live.
 */
export const startAgentThread = (data: AgentThreadData): AgentThread => {
  const worker = new Worker(script, { workerData: data, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
  const say = (message: ToAgent): void => worker.postMessage(message);
  const exited = once(worker, 'exit');
  // Whoever runs it hears of a failure.
  exited.catch(() => undefined);

  let isOver = false;
  let answerFigures: (figures: IngestFigures | undefined) => void = () => undefined;
  let take: ((message: ForSink) => void) | undefined;
  const early: ForSink[] = [];
  worker.on('message', (message: FromAgent) => {
    if (message.kind === 'figures') answerFigures(message.figures);
    else if (take) take(message);
    else early.push(message);
  });
  worker.once('exit', () => {
    isOver = true;
    answerFigures(undefined);
  });

  return {
    run: async (sink, signal) => {
      take = (message) => {
        if (message.kind === 'report') {
          const { number } = message;
          sink.report(message.report, signal).then(
            () => say({ kind: 'reported', number, isTaken: true }),
            () => say({ kind: 'reported', number, isTaken: false }),
          );
          return;
        }
        // A send rejects only when the signal came: the agent tells these events again at its next start.
        const { number } = message;
        sink.send(message.events, signal, nothingIsSetAside).then(
          () => say({ kind: 'accepted', number }),
          () => undefined,
        );
      };
      for (const message of early.splice(0)) take(message);
      const stop = () => say({ kind: 'stop' });
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
      await exited;
    },
    figures: () => {
      if (isOver) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        answerFigures = resolve;
        say({ kind: 'figures' });
      });
    },
    close: async () => {
      await worker.terminate();
    },
  };
};
