import type { MachineReport, SessionEvent } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
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
  standing(): Standing;
}

/** Appends to the log directly: for solo use, and for agents that are trusted with Redis. Events and reports have this machine's times. */
export const logSink = (log: Pick<EventLog, 'append' | 'saveMachine'>, logger?: Logger): EventSink => ({
  send(events, signal) {
    const attempt: Attempt = async () => {
      try {
        await log.append(events);
        return { ok: true };
      } catch (error) {
        return { ok: false, reason: 'the log did not accept the events', error };
      }
    };
    return untilAccepted(attempt, { signal, ...(logger ? { logger } : {}) });
  },
  report: (report) => log.saveMachine({ report, receivedAt: Date.now() }),
  standing: () => ({ clockSkewMs: 0, boardVersion: null, trouble: null }),
});
