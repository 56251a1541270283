import type { MachineIdentity } from '@crewboard/access';
import type { SessionEvent } from '@crewboard/contract';
import type { Batch, Refused } from './batch.ts';
import { stamp } from './stamp.ts';

/** What of a batch is the sender's to tell, as the board takes it; and all that is not taken, in the order of the lines. */
export interface Sorted {
  events: SessionEvent[];
  refused: Refused[];
}

/** `foreign`: the sessions that are another machine's. `now` is the board's clock, in ms since 1970. Pure. */
export const sort = (batch: Batch, foreign: ReadonlySet<string>, sender: MachineIdentity, now: number): Sorted => {
  const events: SessionEvent[] = [];
  const refused = [...batch.refused];
  for (const { line, event } of batch.events) {
    if (foreign.has(event.sessionId)) {
      refused.push({ line, reason: 'this session belongs to another machine', why: 'foreign' });
    } else {
      events.push(stamp(event, sender, now));
    }
  }
  return { events, refused: refused.sort((a, b) => a.line - b.line) };
};
