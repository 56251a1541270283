import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { identityOf } from './find.ts';

/** An open transcript and what it is at this moment. */
export interface OpenTranscript {
  identity: string;
  sizeBytes: number;
  /** Ms since 1970. */
  modifiedAt: number;
  /** Ms since 1970; 0 where the file system does not keep it. */
  bornAt: number;
  /** Up to `length` bytes from `position` on; fewer at the end. The next read may reuse the buffer. */
  read(position: number, length: number): Promise<Buffer>;
}

export const CHUNK_BYTES = 256 * 1024;

/**
 * Opens a transcript for as long as `use` runs. Links are not followed. All reads share the buffer: nobody else may
 * use it meanwhile. The calls are synchronous: from the page cache a read is shorter than its trip through the thread pool, and
 * the agent has a thread or a process of its own.
 */
export const withTranscript = async <Result>(
  path: string,
  buffer: Buffer,
  use: (file: OpenTranscript) => Promise<Result>,
): Promise<Result> => {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const stat = fstatSync(descriptor, { bigint: true });
    return await use({
      identity: identityOf(stat),
      sizeBytes: Number(stat.size),
      modifiedAt: Number(stat.mtimeMs),
      bornAt: Number(stat.birthtimeMs),
      read: async (position, length) => {
        const bytesRead = readSync(descriptor, buffer, 0, Math.min(length, buffer.length), position);
        return buffer.subarray(0, bytesRead);
      },
    });
  } finally {
    closeSync(descriptor);
  }
};

/** The text of a small file, read at once; `undefined` where there is none, or a link, or a larger one. */
export const readSmall = (path: string, maxBytes: number): string | undefined => {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      const buffer = Buffer.allocUnsafe(maxBytes + 1);
      const bytesRead = readSync(descriptor, buffer, 0, buffer.length, 0);
      return bytesRead > maxBytes ? undefined : buffer.toString('utf8', 0, bytesRead);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
};
