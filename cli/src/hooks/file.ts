import { createHash, randomBytes } from 'node:crypto';
import { chmod, lstat, open, readFile, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

/** A file's bytes; `undefined` where there is none. */
export const readIfThere = async (path: string): Promise<Buffer | undefined> => {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** Where a path leads that may be a link, or a link to what is not there yet. */
export const targetOf = async (path: string): Promise<string> => {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const link = await lstat(path).catch(() => undefined);
  if (!link?.isSymbolicLink()) return path;
  return targetOf(resolve(dirname(path), await readlink(path)));
};

/**
 * Replaces a file's content in one step: whoever reads sees the old or the new, also after a crash. Keeps its mode; a new
 * file is for its owner alone. `path` is no link.
 */
export const replaceFile = async (path: string, bytes: Buffer): Promise<void> => {
  const mode = await stat(path).then(
    (found) => found.mode & 0o7777,
    () => 0o600,
  );
  const aside = join(dirname(path), `.crewboard-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    const file = await open(aside, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(aside, mode);
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
};

export const fingerprint = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
