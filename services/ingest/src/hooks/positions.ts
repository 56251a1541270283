import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Logger } from '@crewboard/runtime';
import { z } from 'zod';
import { isMissing } from '../cursor.ts';
import { POSITIONS } from './parse.ts';

/** Positions of payloads: they rise over restarts and clocks that step back. */
export interface HookPositions {
  next(): number;
  /** A former life gave this one: all that follow are larger. */
  given(position: number): void;
}

export interface HookPositionsDeps {
  /** Where it is noted how far positions may have been given. Written about once a minute. */
  path: string;
  logger: Logger;
  now: () => number;
}

/** The year 2223 in µs: far below what a number holds exactly. A larger one was given by nobody. */
export const LARGEST_POSITION = 8e15;

const noteSchema = z.object({ reserved: z.number().int().nonnegative().max(LARGEST_POSITION) });

const US_PER_MS = 1000;
const RESERVE_US = 60_000 * US_PER_MS;
/** Where the clock stands behind what was given: so many payloads for one write. */
const RESERVE_PAYLOADS = 1_000;

/** Takes the clock's µs, so that even where the note was lost positions rise. */
export const createHookPositions = ({ path, logger, now }: HookPositionsDeps): HookPositions => {
  let last = load(path, logger);
  let reserved = last;
  let hasFailed = false;

  const reserve = (clock: number): void => {
    reserved = Math.max(last + RESERVE_PAYLOADS * POSITIONS, clock + RESERVE_US);
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(`${path}.tmp`, JSON.stringify({ reserved }), { mode: 0o600 });
      renameSync(`${path}.tmp`, path);
      hasFailed = false;
    } catch (error) {
      if (!hasFailed)
        logger.warn({ err: error, path }, 'positions of hooks cannot be noted: the clock alone orders them');
      hasFailed = true;
    }
  };

  return {
    next() {
      const clock = Math.min(Math.trunc(now() * US_PER_MS), LARGEST_POSITION);
      last = Math.max(last + POSITIONS, clock);
      if (last > reserved) reserve(clock);
      return last;
    },
    given(position) {
      last = Math.max(last, position);
    },
  };
};

const load = (path: string, logger: Logger): number => {
  try {
    return noteSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).reserved;
  } catch (error) {
    if (!isMissing(error))
      logger.warn({ err: error, path }, 'the positions of hooks cannot be read: the clock alone orders them');
    return 0;
  }
};
