import { isObject, type JsonObject } from '../json.ts';
import { shortenStrings } from '../transcript/shorten.ts';

/** What is read of a payload; the rest of a longer one is not looked at. */
export const PAYLOAD_BYTES = 1024 * 1024;

export type ReadPayload = { fields: JsonObject } | { problem: string };

/**
 * A payload's fields. Where it breaks off (the writer was killed, or it is longer than is read) they are those up to the break,
 * long strings shortened: the client writes the event's name and the session first. Never throws.
 */
export const readPayload = (raw: Buffer | string): ReadPayload => {
  const whole = raw.length > PAYLOAD_BYTES ? undefined : parse(textOf(raw));
  const value = whole === undefined ? parse(mend(shortened(raw))) : whole;
  if (value === undefined) return { problem: 'the payload is not JSON' };
  return isObject(value) ? { fields: value } : { problem: 'the payload is not an object' };
};

/** The payload stands there to its end. */
export const isWhole = (bytes: Buffer): boolean => endsLikeAnObject(bytes) && parse(textOf(bytes)) !== undefined;

const endsLikeAnObject = (bytes: Buffer): boolean => {
  let end = bytes.length - 1;
  while (end >= 0 && (bytes[end] ?? 0) <= 0x20) end--;
  return bytes[end] === 0x7d;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const textOf = (raw: Buffer | string): string =>
  (typeof raw === 'string' ? raw : raw.toString('utf8')).replace(/^\uFEFF/, '');

const shortened = (raw: Buffer | string): string => {
  const bytes = Buffer.from(raw.slice(0, PAYLOAD_BYTES));
  return textOf(shortenStrings(bytes) ?? '');
};

/** Closes what JSON that breaks off has left open. A member without its whole name or value is left out, a text is kept as far as it goes. */
const mend = (text: string): string => {
  const closers: string[] = [];
  /** Up to here all is whole but for the closing brackets. */
  let whole = 0;
  let before = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') {
      const end = endOfString(text, at + 1);
      if (!end.isClosed) {
        const isValue = before === ':' || closers.at(-1) === ']';
        return isValue ? `${text.slice(0, end.at)}"${closing(closers)}` : text.slice(0, whole) + closing(closers);
      }
      at = end.at;
    } else if (char === '{' || char === '[') {
      closers.push(char === '{' ? '}' : ']');
      whole = at + 1;
    } else if (char === '}' || char === ']') {
      closers.pop();
      whole = at + 1;
      if (closers.length === 0) break;
    } else if (char === ',') whole = at;
    if (STRUCTURE.has(char)) before = char;
  }
  return text.slice(0, whole) + closing(closers);
};

const STRUCTURE = new Set(['{', '[', ',', ':']);

const closing = (closers: readonly string[]): string => [...closers].reverse().join('');

/** The closing quote; where there is none, the end of what is whole of the string. */
const endOfString = (text: string, from: number): { at: number; isClosed: boolean } => {
  for (let at = from; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) return { at, isClosed: true };
    if (char !== BACKSLASH) continue;
    const escapeEnd = at + (text[at + 1] === 'u' ? 6 : 2);
    if (escapeEnd > text.length) return { at, isClosed: false };
    at = escapeEnd - 1;
  }
  return { at: text.length, isClosed: false };
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
