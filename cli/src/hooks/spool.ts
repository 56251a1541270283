import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineReport } from '@crewboard/contract';
import { spoolFolder } from '@crewboard/ingest/hook-settings';

export interface SpoolView {
  folder: string;
  exists: boolean;
  /** Nobody else may look in. Windows keeps that another way. */
  isPrivate: boolean;
  waiting: number;
  /** When the newest waiting payload was made, in ms since 1970. */
  newestAt: number | null;
}

export const viewSpool = async (dataDir: string, platform: NodeJS.Platform = process.platform): Promise<SpoolView> => {
  const folder = spoolFolder(dataDir);
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) return { folder, exists: false, isPrivate: true, waiting: 0, newestAt: null };
  const names = await readdir(folder).catch(() => []);
  const times = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  const isPrivate = platform === 'win32' || (found.mode & 0o077) === 0;
  const newest = times.reduce((a, b) => Math.max(a, b), 0);
  return { folder, exists: true, isPrivate, waiting: names.length, newestAt: newest > 0 ? Math.trunc(newest) : null };
};

/** When a hook was last heard of: by the agent, or by a payload that still waits. */
export const heardAt = (spool: SpoolView, report: MachineReport | undefined): number | null => {
  const times = [spool.newestAt, report?.hooks.heardAt ?? null].filter((at) => at !== null);
  return times.length === 0 ? null : Math.max(...times);
};
