import type { MachineReport, SessionEvent } from '@crewboard/contract';
import type { EventLog, EventText } from '@crewboard/event-log';
import type { Logger } from '@crewboard/runtime';
import { type Attempt, untilAccepted } from './board/retry.ts';
import type { Standing } from './senses/local-report.ts';

/** Notes an event that will never be accepted, with the reason; `sizeBytes` is what it takes as JSON. */
export type SetAside = (event: SessionEvent, sizeBytes: number, reason: string) => void;

/** Where events go. */
export interface EventSink {
  /**
   * Resolves when the events are durably accepted, however long that takes, but for those that were set aside: no repeat would bring
   * them through. Rejects only when the signal aborts. After a crash the same events come again, with the same stream and position.
   */
  send(events: readonly SessionEvent[], signal: AbortSignal, setAside: SetAside): Promise<void>;
  /**
   * Hands over how the machine fares. Tried once: rejects where the board does not take it, cannot be reached, or the signal
   * aborts. Never waits for events.
   */
  report(report: MachineReport, signal: AbortSignal): Promise<void>;
  /** So many sends may be under way at once, and are accepted in their order; 1 where it is not said. */
  readonly ahead?: number;
  standing(): Standing;
}

/** Takes events as they are, or as the texts that another thread made of them. */
export interface LogSink extends EventSink {
  send(events: readonly (SessionEvent | EventText)[], signal: AbortSignal, setAside: SetAside): Promise<void>;
}

type SinkLog = Pick<EventLog, 'append' | 'appendsAhead' | 'saveMachine'>;

type Events = Parameters<LogSink['send']>[0];

/** Appends to the log directly: for solo use, and for agents that are trusted with Redis. Events and reports have this machine's times. */
export const logSink = (log: SinkLog, logger?: Logger): LogSink => {
  let last: Promise<void> = Promise.resolve();
  let underWay = 0;
  let inTrouble = 0;

  const append = async (events: Events): Promise<Awaited<ReturnType<Attempt>>> => {
    try {
      await log.append(events);
      return { ok: true };
    } catch (error) {
      return { ok: false, reason: 'the log did not accept the events', error };
    }
  };

  /** Ahead of those that are under way while all is well; what failed is tried again once they are accepted. */
  const appendInOrder = async (events: Events, before: Promise<void>, signal: AbortSignal) => {
    const mayGoAhead = inTrouble === 0 && underWay <= log.appendsAhead;
    if (mayGoAhead && (await append(events)).ok) return;
    inTrouble += 1;
    try {
      await before;
      await untilAccepted(() => append(events), { signal, ...(logger ? { logger } : {}) });
    } finally {
      inTrouble -= 1;
    }
  };

  return {
    ahead: log.appendsAhead,
    async send(events, signal) {
      underWay += 1;
      const accepted = appendInOrder(events, last, signal).finally(() => {
        underWay -= 1;
      });
      // Those behind it hear of an abort themselves.
      last = accepted.catch(() => undefined);
      await accepted;
    },
    report: (report) => log.saveMachine({ report, receivedAt: Date.now() }),
    standing: () => ({ clockSkewMs: 0, boardVersion: null, trouble: null }),
  };
};
