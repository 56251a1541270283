import { maskKeys } from '../../services/ingest/src/privacy/secrets.ts';

export const HOME = '/home/dev';
export const REPOSITORY = `${HOME}/widgets`;

export interface Sanitiser {
  text(text: string): string;
  /** The same value with all its texts changed, the names of its fields too. */
  value(value: unknown): unknown;
  /** An entry of a transcript: what is nothing for a board shrinks to its shape. */
  entry(value: unknown): unknown;
}

export interface Identity {
  /** Absolute paths and what they become. */
  paths: ReadonlyMap<string, string>;
  /** Words that no capture may hold, such as a person's name, and what they become. */
  words: ReadonlyMap<string, string>;
}

/** As the client names the folder of a project. */
const slugOf = (path: string): string => path.replace(/[^A-Za-z0-9]/g, '-');

const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63})+/g;
const EMAILS_OF_NOBODY = /@(?:anthropic\.com|example\.com|github\.com)$/;
const OTHER_HOMES = /(?:\/(?:home|Users)\/(?!dev\b)[^/\s"'\\:]+|\/root\b|[A-Za-z]:\\{1,2}Users\\{1,2}[^\\\s"']+)/g;
/** Names that the cloud gives: sessions, environments, accounts, organisations, requests. */
const CLOUD_ID =
  /\b(session|cse|env|org|user|acct|account|req|bridge|file|ccr)_(?=[A-Za-z0-9]*\d)([A-Za-z0-9]{12,})\b/g;
const CLOUD_KEY =
  /^(?:account|organi[sz]ation|org|user|device|bridge|remote|environment|install|tenant)[\w-]*(?:uuid|id)$/i;
const MACHINE_ID = /\b[0-9a-f]{32}\b(?=:pid:\[)/g;
const SOCKET = /\/tmp\/cc-[\w-]+\/[\w./-]+\.sock\b/g;

/** Entries that are the bulk of a transcript. */
const BULK = new Set(['attachment', 'api-request', 'api-request-blob', 'api-request-shape']);
const BULK_TEXT = { longest: 40, filled: 60 };
const BULK_ITEMS = 3;
const TEXT = { longest: 1_000, kept: 200 };
const SIGNATURE = /^(?:signature|hash|shapeHash)$/;

const zeros = (text: string): string => text.replace(/[A-Za-z0-9]/g, '0');

export const createSanitiser = ({ paths, words }: Identity): Sanitiser => {
  const replacements = [
    ...[...paths]
      .toSorted(([a], [b]) => b.length - a.length)
      .flatMap(([from, to]) => [[from, to] as const, [slugOf(from), slugOf(to)] as const]),
    ...words,
  ];

  const text = (original: string): string => {
    let changed = original;
    for (const [from, to] of replacements) changed = changed.replaceAll(from, to);
    return maskKeys(changed)
      .replace(EMAIL, (email) => (EMAILS_OF_NOBODY.test(email) ? email : 'dev@example.com'))
      .replace(SOCKET, `${HOME}/.sock`)
      .replace(OTHER_HOMES, HOME)
      .replace(CLOUD_ID, (_all, kind: string, id: string) => `${kind}_${zeros(id)}`)
      .replace(MACHINE_ID, zeros);
  };

  const field = (key: string, value: string, leaf: (text: string) => string): string => {
    if (CLOUD_KEY.test(key)) return zeros(value);
    if (SIGNATURE.test(key)) return fill(value, 0, BULK_TEXT.filled);
    return isSecret(key, value) ? '[masked]' : leaf(text(value));
  };

  const walk = (value: unknown, leaf: (text: string) => string, items = Number.POSITIVE_INFINITY): unknown => {
    if (typeof value === 'string') return leaf(text(value));
    if (Array.isArray(value)) return value.slice(0, items).map((item) => walk(item, leaf, items));
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.entries(value).map(([key, of]) => [
      text(key),
      typeof of === 'string' ? field(key, of, leaf) : walk(of, leaf, items),
    ]);
    return Object.fromEntries(fields);
  };

  const shorten = (whole: string): string =>
    whole.length > TEXT.longest ? fill(whole, TEXT.kept, TEXT.longest) : whole;
  const fillLong = (whole: string): string =>
    whole.length > BULK_TEXT.longest ? fill(whole, 0, BULK_TEXT.filled) : whole;

  return {
    text,
    value: (value) => walk(value, shorten),
    entry: (value) => (BULK.has(typeOf(value)) ? walk(value, fillLong, BULK_ITEMS) : walk(value, shorten)),
  };
};

/** Keeps the beginning; the rest becomes `x`, and no more than `longest` in all. */
const fill = (text: string, kept: number, longest: number): string =>
  text.slice(0, kept) + 'x'.repeat(Math.max(0, Math.min(text.length, longest) - kept));

const typeOf = (entry: unknown): string =>
  typeof entry === 'object' && entry !== null && 'type' in entry ? String(entry.type) : '';

const isSecret = (key: string, value: string): boolean => {
  const pair = `${key}=${value}`;
  return maskKeys(pair) !== pair && maskKeys(value) === value;
};

/** What still looks private in a value that was sanitised: a sentence for each. */
export const findPrivate = (value: unknown, { paths, words }: Identity): string[] => {
  const found = new Set<string>();
  const look = (text: string, key = ''): void => {
    for (const from of [...paths.keys()].flatMap((path) => [path, slugOf(path)])) {
      if (text.includes(from)) found.add(`the path ${from}`);
    }
    for (const word of words.keys()) if (text.includes(word)) found.add(`the word ${word}`);
    for (const [email] of text.matchAll(EMAIL)) {
      if (!EMAILS_OF_NOBODY.test(email)) found.add(`the address ${email}`);
    }
    for (const [home] of text.matchAll(OTHER_HOMES)) found.add(`the home ${home}`);
    for (const [id, , name = ''] of text.matchAll(CLOUD_ID)) if (!/^0+$/.test(name)) found.add(`the id ${id}`);
    for (const [id] of text.matchAll(MACHINE_ID)) if (!/^0+$/.test(id)) found.add(`the machine ${id}`);
    if (maskKeys(text) !== text || isSecret(key, text)) found.add(`a secret in ${key || 'a text'}`);
    if (CLOUD_KEY.test(key) && /[1-9a-z]/i.test(text)) found.add(`the id in ${key}`);
  };
  const walk = (part: unknown, key = ''): void => {
    if (typeof part === 'string') look(part, key);
    else if (Array.isArray(part)) for (const item of part) walk(item, key);
    else if (typeof part === 'object' && part !== null) {
      for (const [name, of] of Object.entries(part)) {
        look(name);
        walk(of, name);
      }
    }
  };
  walk(value);
  return [...found];
};
