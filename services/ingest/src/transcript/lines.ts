import { createStringShortener, RESULT_BYTES, type StringShortener } from './shorten.ts';
import { isSilentLine, isToolResultLine, SNIFF_BYTES } from './sniff.ts';

const NEWLINE = 0x0a;

/** The part of an unfinished line that is buffered as it is; what is longer is shortened while it streams by. */
const BUFFER_BYTES = 64 * 1024;

/**
 * A finished line: `start` and `end` are byte positions in the file, `end` behind the newline. `bytes` is valid only
 * during the call, and has long strings cut where the line was long (see `shorten.ts`); of a long line that tells
 * nothing it holds the start only, and it is `undefined` where the line is too long even when shortened.
 */
export interface Line {
  bytes: Buffer | undefined;
  start: number;
  end: number;
}

/** Cuts a file's bytes into lines, in memory that does not grow with the length of a line. */
export interface LineSplitter {
  push(chunk: Buffer, onLine: (line: Line) => void): void;
  /** The end of the last finished line: where to go on after a restart. */
  readonly position: number;
  /** The end of what was pushed: where to read on. */
  readonly readTo: number;
}

type Unfinished =
  | { kind: 'buffered'; parts: Buffer[]; size: number }
  | { kind: 'shortened'; shortener: StringShortener }
  | { kind: 'silent'; head: Buffer };

export const createLineSplitter = (from: number): LineSplitter => {
  let position = from;
  let readTo = from;
  let unfinished: Unfinished | undefined;

  const hold = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    unfinished ??= { kind: 'buffered', parts: [], size: 0 };
    switch (unfinished.kind) {
      case 'silent':
        return;
      case 'shortened':
        unfinished.shortener.push(bytes);
        return;
      case 'buffered':
        if (unfinished.size + bytes.length <= BUFFER_BYTES) {
          unfinished.parts.push(Buffer.from(bytes));
          unfinished.size += bytes.length;
        } else {
          unfinished = stream([...unfinished.parts, bytes]);
        }
    }
  };

  const finish = (bytes: Buffer): Buffer | undefined => {
    if (!unfinished) return bytes;
    const last = unfinished;
    unfinished = undefined;
    switch (last.kind) {
      case 'silent':
        return last.head;
      case 'shortened':
        last.shortener.push(bytes);
        return last.shortener.end();
      case 'buffered':
        return Buffer.concat([...last.parts, bytes], last.size + bytes.length);
    }
  };

  return {
    get position() {
      return position;
    },
    get readTo() {
      return readTo;
    },
    push(chunk, onLine) {
      let at = 0;
      for (;;) {
        const newline = chunk.indexOf(NEWLINE, at);
        if (newline < 0) break;
        const bytes = finish(chunk.subarray(at, newline));
        const start = position;
        position = readTo + newline + 1;
        onLine({ bytes, start, end: position });
        at = newline + 1;
      }
      hold(chunk.subarray(at));
      readTo += chunk.length;
    },
  };
};

/** Decides on its first bytes what becomes of a line that is too long to buffer. */
const stream = (parts: Buffer[]): Unfinished => {
  const head = Buffer.concat(parts.map((part) => part.subarray(0, SNIFF_BYTES))).subarray(0, SNIFF_BYTES);
  if (isSilentLine(head)) return { kind: 'silent', head };
  const shortener = isToolResultLine(head) ? createStringShortener(RESULT_BYTES) : createStringShortener();
  for (const part of parts) shortener.push(part);
  return { kind: 'shortened', shortener };
};
