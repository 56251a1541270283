import { CLOCK_WARN_MS } from '@crewboard/ingest';
import { type Check, ok, warn } from './check.ts';

/** `skewMs` is the board's clock minus this machine's; null where they were not compared yet. */
export const checkSkew = (skewMs: number | null): Check => {
  const name = 'Clock';
  if (skewMs === null) return ok(name, 'not compared yet: the board has not answered');
  const seconds = (Math.abs(skewMs) / 1000).toFixed(1);
  if (Math.abs(skewMs) <= CLOCK_WARN_MS) return ok(name, `${seconds} s from the board’s`);
  const way = skewMs > 0 ? 'behind' : 'ahead of';
  const advice = 'The agent takes that out of what it sends. Let the system set its time (NTP) all the same.';
  return warn(name, `${seconds} s ${way} the board’s`, advice);
};
