import { plausibleTime } from '../json.ts';
import { createLineSplitter } from './lines.ts';
import type { OpenTranscript } from './open.ts';
import { isSilentLine } from './sniff.ts';

/** An entry of the conversation by what names it, without its content. */
export interface Row {
  uuid: string;
  /** Ms since 1970; 0 where it cannot be read. */
  at: number;
}

const UUID = Buffer.from('"uuid":"');
const UUID_LENGTH = 36;
/** The two stand side by side, in either order. */
const NEIGHBOUR = 64;
const TIMESTAMP = /"timestamp":"([^"]{10,40})"/;

/**
 * Reads a line's own `uuid` and time off its bytes: much cheaper than parsing. What stands inside of a text has its quotes
 * escaped, and an object that merely holds a `uuid` has no timestamp beside it.
 */
export const rowOf = (line: Buffer): Row | undefined => {
  for (let at = line.indexOf(UUID); at >= 0; at = line.indexOf(UUID, at + UUID.length)) {
    const from = at + UUID.length;
    const end = from + UUID_LENGTH;
    if (line[end] !== 0x22) continue;
    const around = line.toString('latin1', Math.max(0, at - NEIGHBOUR), end + NEIGHBOUR);
    const time = TIMESTAMP.exec(around)?.[1];
    if (time === undefined) continue;
    return {
      uuid: line.toString('latin1', from, end),
      at: plausibleTime(Date.parse(time), Number.MAX_SAFE_INTEGER / 2),
    };
  }
  return undefined;
};

/** Bytes that are read between two looks at what else is to be done. */
const PIECE_BYTES = 8 * 1024 * 1024;

/**
 * Names each finished line of a part of a file, until `onLine` returns true. Lines that tell nothing (most of the bytes) are left
 * out, and long ones have their long strings cut. Gives way to others now and then.
 */
export const scanLines = async (
  file: OpenTranscript,
  { from, to }: { from: number; to: number },
  onLine: (line: Buffer, start: number, end: number) => boolean | undefined,
): Promise<void> => {
  const splitter = createLineSplitter(from);
  let isDone = false;
  let pauseAt = from + PIECE_BYTES;
  while (!isDone && splitter.readTo < to) {
    const chunk = await file.read(splitter.readTo, to - splitter.readTo);
    if (chunk.length === 0) return;
    splitter.push(chunk, ({ bytes, start, end }) => {
      if (isDone || !bytes || isSilentLine(bytes)) return;
      isDone = onLine(bytes, start, end) === true;
    });
    if (splitter.readTo < pauseAt) continue;
    pauseAt = splitter.readTo + PIECE_BYTES;
    await new Promise((resolve) => setImmediate(resolve));
  }
};
