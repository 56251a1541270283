import { CHUNK_BYTES } from './open.ts';

/** What is to be read, the most urgent first: what a watcher named, what a sweep found, the middles of long files. */
const URGENCIES = ['hinted', 'found', 'history'] as const;
export type Urgency = (typeof URGENCIES)[number];

/** Reads in the thread pool of Node.js wait for each other beyond this number. */
const LANES = 4;

/** Works off paths, several at a time, each path in one lane only. */
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
  /** Does one piece of work; `more` puts the path back. The buffer is the lane's own. */
  work: (urgency: Urgency, path: string, buffer: Buffer) => Promise<'more' | 'done'>;
  /** Resolves when work may go on. */
  room: () => Promise<void>;
}

export const createLanes = ({ work, room }: LanesDeps): Lanes => {
  const queues: Record<Urgency, Set<string>> = { hinted: new Set(), found: new Set(), history: new Set() };
  const inWork = new Map<string, Urgency>();
  let sleeping: (() => void)[] = [];
  let awaited: { what: 'found' | 'history'; resolve: () => void }[] = [];

  const wake = (): void => {
    const woken = sleeping;
    sleeping = [];
    for (const resolve of woken) resolve();
  };

  /** One lane alone counts histories: the others stay free for what comes. */
  const take = (countsHistory: boolean): [Urgency, string] | undefined => {
    for (const urgency of countsHistory ? URGENCIES : URGENCIES.slice(0, 2)) {
      for (const path of queues[urgency]) {
        if (inWork.has(path)) continue;
        queues[urgency].delete(path);
        return [urgency, path];
      }
    }
    return undefined;
  };

  const isDone = (what: 'found' | 'history'): boolean => {
    const urgencies = what === 'history' ? URGENCIES : URGENCIES.slice(0, 2);
    const works = [...inWork.values()];
    return urgencies.every((urgency) => queues[urgency].size === 0 && !works.includes(urgency));
  };

  const settle = (): void => {
    if (awaited.length === 0) return;
    const done = awaited.filter(({ what }) => isDone(what));
    awaited = awaited.filter((waiting) => !done.includes(waiting));
    for (const { resolve } of done) resolve();
  };

  const lane = async (countsHistory: boolean, signal: AbortSignal): Promise<void> => {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      signal.throwIfAborted();
      await room();
      const next = take(countsHistory);
      if (!next) {
        settle();
        await new Promise<void>((resolve) => sleeping.push(resolve));
        continue;
      }
      const [urgency, path] = next;
      inWork.set(path, urgency);
      try {
        if ((await work(urgency, path, buffer)) === 'more') queues[urgency].add(path);
      } finally {
        inWork.delete(path);
        settle();
      }
      // The path may have come again meanwhile, and another lane passed it by.
      if (sleeping.length > 0 && queues.hinted.size + queues.found.size + queues.history.size > 0) wake();
    }
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
      signal.addEventListener('abort', wake, { once: true });
      await Promise.all(Array.from({ length: LANES }, (_, index) => lane(index === 0, signal)));
    },
    settled: (what) =>
      new Promise((resolve) => {
        awaited.push({ what, resolve });
        wake();
      }),
  };
};
