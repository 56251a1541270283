import type { WriteBehind } from './write-behind.ts';

/** Steps of the fold of one partition, which goes on while they are written. */
export interface Steps {
  /** Resolves at once while few are on their way, else when there is room. Rejects, as all that follow do, once a step came to nothing. */
  take(write: (number: number) => Promise<void>): Promise<void>;
  /** When all are on disk or came to nothing: whoever begins at what is there then may take steps again. */
  restart(): Promise<void>;
}

/** What a fold takes in while a busy disk lets one through. */
const MOST_ON_THEIR_WAY = 32;

export const createSteps = (writes: WriteBehind): Steps => {
  let failure: { reason: unknown } | undefined;

  const assertWhole = (): void => {
    if (failure) throw failure.reason;
  };

  return {
    async take(write) {
      assertWhole();
      writes.add(write).catch((reason: unknown) => {
        failure ??= { reason };
      });
      if (writes.size > MOST_ON_THEIR_WAY) await writes.oneDone();
      assertWhole();
    },
    async restart() {
      await writes.settled();
      failure = undefined;
    },
  };
};
