import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file that only this account may read, in a folder that only this account may enter. Renamed into place: who reads it
 * meanwhile finds the old one or the new one, never a half; with `survivesCrash` so does who reads it after a crash of the system.
 * Rejects where it cannot be written; nothing is left then.
 */
export const writePrivately = async (
  path: string,
  text: string,
  { survivesCrash = false }: { survivesCrash?: boolean } = {},
): Promise<void> => {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700).catch(() => undefined);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    // Never into a file that somebody else has put there, with rights of their own.
    await rm(temporary, { force: true });
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      if (survivesCrash) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
};
