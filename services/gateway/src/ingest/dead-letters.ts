import type { DeadLetter } from '@crewboard/event-log';
import { LruMap } from 'toad-cache';
import type { Unreadable } from './batch.ts';
import { TokenBucket } from './token-bucket.ts';

/** So many a machine, and as many again in an hour: a person looks at a few, and a flood would push out the others'. */
const PER_HOUR = 100;
const HOUR_MS = 3_600_000;
const MACHINES = 1_000;
const TYPES = 5_000;

/** Chooses which of the lines that nobody can read are set aside: of a newer agent's types one for each machine, of the rest not all. */
export const createLetterChoice = (now: () => number = Date.now) => {
  const budgets = new LruMap<TokenBucket>(MACHINES);
  const seenTypes = new LruMap<true>(TYPES);

  const budgetOf = (machineId: string): TokenBucket => {
    const known = budgets.get(machineId);
    if (known) return known;
    const budget = new TokenBucket({ capacity: PER_HOUR, perMs: PER_HOUR / HOUR_MS }, now());
    budgets.set(machineId, budget);
    return budget;
  };

  /** The letter for a line, or `undefined` where it is only counted. */
  return (machineId: string, { reason, raw, unknownType }: Unreadable): DeadLetter | undefined => {
    if (unknownType !== undefined) {
      const seen = `${machineId} ${unknownType.slice(0, 200)}`;
      if (seenTypes.get(seen)) return undefined;
      seenTypes.set(seen, true);
    }
    const budget = budgetOf(machineId);
    if (budget.waitMs(now()) > 0) return undefined;
    budget.take(1, now());
    return { from: 'ingest', reason, raw, at: now() };
  };
};
