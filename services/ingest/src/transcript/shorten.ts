const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Bytes of a string that are kept: more than any text that leaves needs, in every encoding. */
const TEXT_BYTES = 24 * 1024;
/** The same for the results of tools: nothing of their text leaves. */
export const RESULT_BYTES = 4096;

/** A line whose short strings alone exceed this is not read. */
const OUTPUT_BYTES = 2 * 1024 * 1024;

/**
 * Copies JSON with its long strings cut, whatever their number and length, in memory that does not grow with the input.
 * What comes out parses to the same value, but for the ends of long strings: tool output and pasted files are the
 * bulk of a transcript's long lines, and nothing of the board needs them whole.
 */
export interface StringShortener {
  /** The next bytes of the line. They are copied: the caller may reuse its buffer. */
  push(bytes: Buffer): void;
  /** The shortened line, or `undefined` where even that is too long. */
  end(): Buffer | undefined;
}

export const createStringShortener = (keptBytes = TEXT_BYTES): StringShortener => {
  let out = Buffer.allocUnsafe(16 * 1024);
  let size = 0;
  let isTooLong = false;
  let inString = false;
  let stringStart = 0;
  let isCut = false;
  /** The bytes so far end in an odd run of backslashes inside a string: the next byte is escaped. */
  let isEscaped = false;

  const keep = (bytes: Buffer, from: number, to: number): void => {
    const length = to - from;
    if (isTooLong || length <= 0) return;
    if (size + length > OUTPUT_BYTES) {
      isTooLong = true;
      return;
    }
    if (size + length > out.length) {
      const grown = Buffer.allocUnsafe(Math.min(OUTPUT_BYTES, Math.max(out.length * 2, size + length)));
      out.copy(grown, 0, 0, size);
      out = grown;
    }
    bytes.copy(out, size, from, to);
    size += length;
  };

  const keepOfString = (bytes: Buffer, from: number, to: number): void => {
    if (isCut) return;
    const room = keptBytes - (size - stringStart);
    keep(bytes, from, Math.min(to, from + room));
    if (to - from <= room) return;
    isCut = true;
    size = beforeOpenEscape(out, stringStart, size);
  };

  const push = (bytes: Buffer): void => {
    let at = 0;
    while (at < bytes.length) {
      if (!inString) {
        const quote = bytes.indexOf(QUOTE, at);
        const end = quote < 0 ? bytes.length : quote + 1;
        keep(bytes, at, end);
        at = end;
        if (quote < 0) return;
        inString = true;
        stringStart = size;
        isCut = false;
        isEscaped = false;
        continue;
      }
      const found = closingQuote(bytes, at, isEscaped);
      keepOfString(bytes, at, found.end);
      isEscaped = found.isEscaped;
      if (found.end === bytes.length) return;
      keep(bytes, found.end, found.end + 1);
      inString = false;
      at = found.end + 1;
    }
  };

  return { push, end: () => (isTooLong ? undefined : out.subarray(0, size)) };
};

/** The same for a line that is there whole. */
export const shortenStrings = (line: Buffer, keptBytes = TEXT_BYTES): Buffer | undefined => {
  const shortener = createStringShortener(keptBytes);
  shortener.push(line);
  return shortener.end();
};

/** The closing quote at or after `from`; where there is none, `end` is the length and `isEscaped` tells how it breaks off. */
const closingQuote = (bytes: Buffer, from: number, startsEscaped: boolean): { end: number; isEscaped: boolean } => {
  const first = startsEscaped ? from + 1 : from;
  for (let search = first; ; ) {
    const quote = bytes.indexOf(QUOTE, search);
    const stop = quote < 0 ? bytes.length : quote;
    let run = 0;
    while (stop - 1 - run >= first && bytes[stop - 1 - run] === BACKSLASH) run++;
    const isEscaped = run % 2 === 1;
    if (quote < 0 || !isEscaped) return { end: stop, isEscaped };
    search = quote + 1;
  }
};

/** Where to end so that no escape stays open: the longest is `\uXXXX`, and a cut takes the whole of it away. */
const beforeOpenEscape = (bytes: Buffer, start: number, end: number): number => {
  let backslash = end - 1;
  while (backslash >= Math.max(start, end - 6) && bytes[backslash] !== BACKSLASH) backslash--;
  if (backslash < Math.max(start, end - 6)) return end;
  while (backslash > start && bytes[backslash - 1] === BACKSLASH) backslash--;
  return backslash;
};
