import { type SessionEvent, START_OFFSET } from '@crewboard/contract';
import { vi } from 'vitest';
import type { EventLog } from '../src/event-log.ts';
import { textOf } from './log-under-test.ts';

/** Longer than any outage of these tests. */
export const PATIENCE_MS = 30_000;

/** Tries until it works, as all do who write to the log. */
export const untilItWorks = (attempt: () => Promise<unknown>): Promise<unknown> =>
  vi.waitUntil(
    () =>
      attempt().then(
        () => true,
        () => false,
      ),
    { timeout: PATIENCE_MS, interval: 20 },
  );

/** Appends one by one; what was not acknowledged is sent again, as the agent does. */
export const appendAll = async (log: EventLog, events: readonly SessionEvent[]): Promise<void> => {
  for (const event of events) await untilItWorks(() => log.append([event]));
};

/** Reads a partition on, waiting, until it has seen an event with this text. */
export const follow = async (log: EventLog, until: string, partition = 0): Promise<string[]> => {
  const seen: string[] = [];
  let after = START_OFFSET;
  while (seen.at(-1) !== until) {
    for (const entry of await log.read(partition, { after, count: 50, waitMs: 3000 })) {
      if (entry.ok) seen.push(textOf(entry.event));
      after = entry.offset;
    }
  }
  return seen;
};
