import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMissing } from './cursor.ts';

const RETRY_MS = 20;
const TRIES = 10;

/**
 * Reads a small file that another program rewrites in place, until `parse` makes something of it. `gone` where there is none; `undefined`
 * where it stays unreadable for a fifth of a second. Rejects where the file cannot be opened. Links are not followed.
 */
export const readHalfWritten = async <Result>(
  path: string,
  maxBytes: number,
  parse: (text: string) => Result | undefined,
): Promise<Result | 'gone' | undefined> => {
  let missed = 0;
  for (let tries = 0; tries < TRIES; tries++) {
    if (tries > 0) await sleep(RETRY_MS);
    try {
      const result = parse(await readSmall(path, maxBytes));
      if (result !== undefined) return result;
    } catch (error) {
      if (!isMissing(error)) throw error;
      // Twice, for a client that takes the file away to write it anew.
      missed++;
      if (missed === 2) return 'gone';
    }
  }
  return undefined;
};

const readSmall = async (path: string, maxBytes: number): Promise<string> => {
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const buffer = Buffer.allocUnsafe(maxBytes);
    const { bytesRead } = await file.read(buffer, 0, maxBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
};
