import type { Card } from '@crewboard/contract';

/**
 * What of a card is worth a summary, as one short text: another prompt, the end of a turn, another ask. Two cards that mean the
 * same need one summary, whatever else changed on them. A session that ended rests: its last turn has been summed up.
 */
export const meaningOf = ({ prompts, status, asks, ended }: Card): string => {
  const phase = status === 'working' && !ended ? 'working' : 'resting';
  return [prompts, phase, ...asks.map(({ id }) => id)].join('|');
};

/** A person waits for those that rest or ask. One that works shows what it does by itself, and may wait. */
export const isUrgent = ({ status }: Card): boolean => status !== 'working';
