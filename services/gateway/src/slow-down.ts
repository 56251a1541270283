import type { Writable } from 'node:stream';
import { LruMap } from 'toad-cache';
import { pause } from './back-off.ts';

const NETWORKS = 10_000;
const FORGOTTEN_MS = 10 * 60_000;
const FIRST_MS = 100;
const LONGEST_MS = 3_000;

export interface SlowDown {
  /** Waits before a failure is answered: the longer, the more there were from that network of late. Ends with the connection. */
  failed(network: string, connection: Writable): Promise<void>;
}

/** Slows those down who guess. The first failures of a person who mistypes cost nothing to speak of. */
export const createSlowDown = ({ firstMs = FIRST_MS, longestMs = LONGEST_MS } = {}): SlowDown => {
  const failures = new LruMap<number>(NETWORKS, FORGOTTEN_MS);
  return {
    failed: async (network, connection) => {
      const before = failures.get(network) ?? 0;
      failures.set(network, before + 1);
      const gone = new AbortController();
      const end = () => gone.abort();
      connection.once('close', end);
      await pause(Math.min(longestMs, firstMs * 2 ** Math.min(before, 10)), gone.signal);
      connection.off('close', end);
    },
  };
};
