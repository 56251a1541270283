import { Unavailable } from '../problem.ts';

/**
 * Keeps apart what a machine writes and what it has forgotten. An event that came between the end of its session and the erasing of
 * that session's events would be erased unread.
 */
export const createTurns = () => {
  const writes = new Map<string, Set<Promise<unknown>>>();
  const forgetting = new Set<string>();

  return {
    /** Throws {@link Unavailable} while the machine has sessions forgotten: the agent sends again a moment later. */
    write: async <Result>(machineId: string, work: () => Promise<Result>): Promise<Result> => {
      if (forgetting.has(machineId))
        throw new Unavailable('Sessions of this machine are being forgotten. Send it again later.');
      const running = work();
      const all = writes.get(machineId) ?? new Set();
      writes.set(machineId, all.add(running));
      try {
        return await running;
      } finally {
        all.delete(running);
        if (all.size === 0) writes.delete(machineId);
      }
    },

    /** Waits for what is being written. One at a time for each machine: a second one throws {@link Unavailable}. */
    forget: async <Result>(machineId: string, work: () => Promise<Result>): Promise<Result> => {
      if (forgetting.has(machineId))
        throw new Unavailable('Sessions of this machine are being forgotten. Ask again later.');
      forgetting.add(machineId);
      try {
        await Promise.allSettled(writes.get(machineId) ?? []);
        return await work();
      } finally {
        forgetting.delete(machineId);
      }
    },
  };
};

export type Turns = ReturnType<typeof createTurns>;
