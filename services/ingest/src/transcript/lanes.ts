import { setImmediate as nextTurn } from 'node:timers/promises';
import { CHUNK_BYTES } from './open.ts';

/** What is to be read, the most urgent first: what a watcher named, what a sweep found, the middles of long files. */
const URGENCIES = ['hinted', 'found', 'history'] as const;
export type Urgency = (typeof URGENCIES)[number];

/** Works off paths one after another, the most urgent lane first. */
export interface Lanes {
  /** A path that is worked on right now is worked on again afterwards. */
  add(urgency: Urgency, path: string): void;
  has(urgency: Urgency, path: string): boolean;
  remove(urgency: Urgency, path: string): void;
  /** Works until the signal aborts or `work` rejects, then rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves when nothing is left to do: `found` means hints and finds, `history` everything. */
  settled(what: 'found' | 'history'): Promise<void>;
}

export interface LanesDeps {
  /** Does one piece of work; `more` puts the path back. The buffer is its own until it is done. */
  work: (urgency: Urgency, path: string, buffer: Buffer) => Promise<'more' | 'done'>;
  /** Resolves when work may go on. */
  room: () => Promise<void>;
}

export const createLanes = ({ work, room }: LanesDeps): Lanes => {
  const queues: Record<Urgency, Set<string>> = { hinted: new Set(), found: new Set(), history: new Set() };
  let wake: () => void = () => undefined;
  let awaited: { what: 'found' | 'history'; resolve: () => void }[] = [];

  const take = (): [Urgency, string] | undefined => {
    for (const urgency of URGENCIES) {
      const path = queues[urgency].values().next().value;
      if (path === undefined) continue;
      queues[urgency].delete(path);
      return [urgency, path];
    }
    return undefined;
  };

  const isDone = (what: 'found' | 'history'): boolean =>
    queues.hinted.size + queues.found.size + (what === 'history' ? queues.history.size : 0) === 0;

  /** Between two pieces of work only: what is worked on counts as left to do. */
  const settle = (): void => {
    const done = awaited.filter(({ what }) => isDone(what));
    awaited = awaited.filter((waiting) => !done.includes(waiting));
    for (const { resolve } of done) resolve();
  };

  return {
    add(urgency, path) {
      queues[urgency].add(path);
      wake();
    },
    has: (urgency, path) => queues[urgency].has(path),
    remove(urgency, path) {
      queues[urgency].delete(path);
    },
    async run(signal) {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      signal.addEventListener('abort', () => wake(), { once: true });
      for (;;) {
        signal.throwIfAborted();
        await room();
        settle();
        const next = take();
        if (!next) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        const [urgency, path] = next;
        if ((await work(urgency, path, buffer)) === 'more') queues[urgency].add(path);
        // Reading never waits: whoever else has something to do, above all to send what was read, does it now.
        await nextTurn();
      }
    },
    settled: (what) =>
      new Promise((resolve) => {
        awaited.push({ what, resolve });
        wake();
      }),
  };
};
