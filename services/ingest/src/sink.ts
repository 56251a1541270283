import type { MachineReport, SessionEvent } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import type { Logger } from '@crewboard/runtime';
import { type Attempt, untilAccepted } from './retry.ts';

/** Where events go. */
export interface EventSink {
  /**
   * Resolves when the events are durably accepted, however long that takes. Rejects only when the signal aborts.
   * After a crash the same events come again, with the same stream and position.
   */
  send(events: readonly SessionEvent[], signal: AbortSignal): Promise<void>;
  /**
   * Hands over how the machine fares and resolves with the board's clock, in ms since 1970. Tried once: rejects where the board
   * does not take it, cannot be reached, or the signal aborts. Never waits for events.
   */
  report(report: MachineReport, signal: AbortSignal): Promise<{ now: number }>;
}

/** Appends to the log directly: for solo use, and for agents that are trusted with Redis. */
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
  async report(report) {
    const now = Date.now();
    await log.saveMachine({ report, receivedAt: now });
    return { now };
  },
});
