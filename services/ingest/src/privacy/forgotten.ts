import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const schema = z.array(z.string());

const pathOf = (dataDir: string, target: string): string => join(dataDir, 'agent', `forgotten-${target}.json`);

const read = (path: string): string[] => {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return [];
  }
};

/** Leaves a note for the agent that runs: a target holds nothing of these sessions any more, not even where those that go on are. */
export const noteForgotten = (dataDir: string, target: string, sessionIds: readonly string[]): void => {
  const path = pathOf(dataDir, target);
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, JSON.stringify([...new Set([...read(path), ...sessionIds])]), { mode: 0o600 });
  renameSync(temporary, path);
};

/** The sessions that were noted since it was asked last; nearly always none. */
export const takeForgotten = (dataDir: string, target: string): readonly string[] => {
  const path = pathOf(dataDir, target);
  // Asked several times a second: an error that is thrown and caught costs more than all else here.
  if (!existsSync(path)) return [];
  const taken = `${path}.taken`;
  try {
    // Of two agents one gets it, and a note that is left meanwhile waits for the next look.
    renameSync(path, taken);
  } catch {
    return [];
  }
  const sessionIds = read(taken);
  rmSync(taken, { force: true });
  return sessionIds;
};
