import type { Card } from '@crewboard/contract';

/**
 * What of a card is worth a summary, as one short text: another prompt, the end of a turn, another ask. Two cards that mean the same need one
 * summary, whatever else changed on them.
 */
export const meaningOf = ({ prompts, status, asks, ended }: Card): string => {
  const phase = ended ? 'ended' : status === 'working' ? 'working' : 'resting';
  return [prompts, phase, ...asks.map(({ id }) => id)].join('|');
};

/** How soon a summary is wanted after it came to mean something else. */
export type Urgency = 'soon' | 'later';

/** A person waits for those that rest or ask. One that works shows what it does by itself, and may wait longer. */
export const urgencyOf = ({ status }: Card): Urgency => (status === 'working' ? 'later' : 'soon');
