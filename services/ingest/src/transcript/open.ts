import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { identityOf } from './find.ts';

/** An open transcript and what it is at this moment. */
export interface OpenTranscript {
  identity: string;
  sizeBytes: number;
  /** Ms since 1970. */
  modifiedAt: number;
  /** Up to `length` bytes from `position` on; fewer at the end. The next read may reuse the buffer. */
  read(position: number, length: number): Promise<Buffer>;
}

export const CHUNK_BYTES = 256 * 1024;

/**
 * Opens a transcript for as long as `use` runs. Links are not followed. All reads share the buffer: nobody else may
 * use it meanwhile.
 */
export const withTranscript = async <Result>(
  path: string,
  buffer: Buffer,
  use: (file: OpenTranscript) => Promise<Result>,
): Promise<Result> => {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const stat = await handle.stat({ bigint: true });
    return await use({
      identity: identityOf(stat),
      sizeBytes: Number(stat.size),
      modifiedAt: Number(stat.mtimeMs),
      read: (position, length) => readAt(handle, buffer, position, length),
    });
  } finally {
    await handle.close();
  }
};

const readAt = async (handle: FileHandle, buffer: Buffer, position: number, length: number): Promise<Buffer> => {
  const { bytesRead } = await handle.read(buffer, 0, Math.min(length, buffer.length), position);
  return buffer.subarray(0, bytesRead);
};
