import { CHUNK_BYTES, type OpenTranscript } from './open.ts';

/** A file with more unread bytes than this at first sight is told from its end. */
export const WHOLE_BYTES = 512 * 1024;

/** How much of the end is told event by event: enough for the state of every session measured. */
export const TAIL_BYTES = 256 * 1024;

const NEWLINE = 0x0a;

/**
 * Where the end of a long file begins: the first line that starts within its last `TAIL_BYTES`. The file's size where no
 * line does.
 */
export const tailStart = async (file: OpenTranscript): Promise<number> => {
  for (let at = Math.max(0, file.sizeBytes - TAIL_BYTES - 1); at < file.sizeBytes; ) {
    const chunk = await file.read(at, Math.min(CHUNK_BYTES, file.sizeBytes - at));
    if (chunk.length === 0) break;
    const newline = chunk.indexOf(NEWLINE);
    if (newline >= 0) return at + newline + 1;
    at += chunk.length;
  }
  return file.sizeBytes;
};
