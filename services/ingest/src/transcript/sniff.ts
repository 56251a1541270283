/**
 * Entry types that tell a board nothing. They are most of a transcript's bytes (attachments and recorded API requests
 * alone about 90 %), so they are recognised on the bytes and never decoded.
 */
const SILENT = new Set([
  'attachment',
  'tools-used',
  'atis-latch',
  'isolation-latch',
  'mode',
  'memory-mode',
  'dev-mods',
  'last-prompt',
  'progress',
  'agent-color',
  'agent-setting',
  'tag',
  'ended-by-model',
  'bridge-session',
  'frame-link',
  'history-suppression',
  'artifact-comment-monitor',
  'artifact-autoreact-ledger',
  'attribution-snapshot',
  'content-replacement',
  'fork-context-ref',
  'observer-ref',
]);

const SILENT_FAMILIES = ['api-request', 'file-history-'];

/** What stands in the queue holds something only where it is a notification: nearly all of them are prompts. */
const QUEUED_NOTIFICATION = Buffer.from('"content":"<task-notification>');

/** The attachments that hold something, by how they begin. */
const TELLING_ATTACHMENTS = ['queued_command', 'task_reminder', 'todo_reminder'].map((type) =>
  Buffer.from(`{"type":"${type}"`),
);

/** True for the type of an entry that is known and holds nothing for a board. */
export const isSilentType = (type: string): boolean =>
  SILENT.has(type) || SILENT_FAMILIES.some((family) => type.startsWith(family));

/** How far into a line its type is looked for. */
export const SNIFF_BYTES = 4096;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const OPEN_TAG = 0x3c;

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;

/**
 * True when the line surely is an entry of a silent type. Only the object's own keys are looked at, never a text inside:
 * a prompt that quotes `"type":"attachment"` is no attachment. False means "not known", and the line is parsed.
 * The start of a line (`SNIFF_BYTES`) is enough.
 */
export const isSilentLine = (line: Buffer): boolean =>
  walkKeys(line, (key, at, scalar) => {
    if (key === 'type' && scalar === 'queue-operation') return !line.includes(QUEUED_NOTIFICATION);
    if (key === 'type' && scalar !== undefined) return isSilentType(scalar);
    // An attachment's own type stands after its bulk. No other entry has an object of that name.
    if (key !== 'attachment' || line[at] !== OPEN_BRACE) return undefined;
    return !TELLING_ATTACHMENTS.some((start) => startsWith(line, at, start));
  });

const TOOL_RESULTS = [
  '{"role":"user","content":[{"tool_use_id":',
  '{"role":"user","content":[{"type":"tool_result"',
].map((start) => Buffer.from(start));

/** True when the line surely holds the results of tools, and neither a prompt nor tokens. False means "not known". */
export const isToolResultLine = (line: Buffer): boolean =>
  walkKeys(line, (key, at) =>
    key === 'message' ? TOOL_RESULTS.some((start) => startsWith(line, at, start)) : undefined,
  );

/** How a reply's message begins. The id is as it stands in the file, unmasked. */
const REPLY = /^\{(?:"model":"[^"\\]{1,200}",)?"id":"([^"\\]{1,200})","type":"message","role":"assistant"/;
const REPLY_BYTES = 512;

/** The id of the message that the line surely is a row of a reply of; `undefined` means "not known". */
export const replyIdOf = (line: Buffer): string | undefined => {
  let id: string | undefined;
  walkKeys(line, (key, at) => {
    if (key !== 'message') return undefined;
    id = REPLY.exec(line.toString('latin1', at, at + REPLY_BYTES))?.[1];
    return true;
  });
  return id;
};

/** How a prompt's message begins. Inside a text its quotes would be escaped. */
export const PROMPT_MARK = '"message":{"role":"user","content":"';
const PROMPT_MESSAGE = Buffer.from(PROMPT_MARK.slice('"message":'.length));

/** True when the line surely is a prompt, a person's or a program's, and not the client's own (those begin with a tag). False means "not known". */
export const isPromptLine = (line: Buffer): boolean =>
  walkKeys(line, (key, at, scalar) => {
    if (key === 'type' && scalar !== 'user') return false;
    if (key !== 'message') return undefined;
    return startsWith(line, at, PROMPT_MESSAGE) && line[at + PROMPT_MESSAGE.length] !== OPEN_TAG;
  });

/** Also where the line ends before it could. */
const startsWith = (line: Buffer, at: number, start: Buffer): boolean =>
  line.subarray(at, at + start.length).equals(start);

/** The keys that somebody here asks for. To make a text of each costs more than to look for these. */
const KEYS = ['type', 'message', 'attachment'] as const;
type Key = (typeof KEYS)[number];
const KEY_BYTES = KEYS.map((key) => ({ key, bytes: Buffer.from(key) }));

const keyAt = (line: Buffer, from: number, to: number): Key | undefined => {
  for (const { key, bytes } of KEY_BYTES) {
    if (bytes.length !== to - from) continue;
    let same = 0;
    while (same < bytes.length && bytes[same] === line[from + same]) same++;
    if (same === bytes.length) return key;
  }
  return undefined;
};

/**
 * Names the known ones of the object's own keys in order, with where each value starts and its text where that is asked for, until
 * `decide` knows, a value is an object or a list, or the sniffed part ends: then it is false.
 */
const walkKeys = (
  line: Buffer,
  decide: (key: Key, at: number, scalar: string | undefined) => boolean | undefined,
): boolean => {
  const end = Math.min(line.length, SNIFF_BYTES);
  let at = skipBlanks(line, 0, end);
  if (line[at] !== OPEN_BRACE) return false;
  at++;
  while (at < end) {
    at = skipBlanks(line, at, end);
    const keyEnd = line[at] === QUOTE ? stringEnd(line, at, end) : -1;
    if (keyEnd < 0) return false;
    const key = keyAt(line, at + 1, keyEnd);
    at = skipBlanks(line, keyEnd + 1, end);
    if (line[at] !== COLON) return false;
    at = skipBlanks(line, at + 1, end);
    const valueEnd = line[at] === QUOTE ? stringEnd(line, at, end) : undefined;
    if (valueEnd === -1) return false;
    if (key !== undefined) {
      const isAsked = valueEnd !== undefined && key === 'type';
      const decided = decide(key, at, isAsked ? line.toString('latin1', at + 1, valueEnd) : undefined);
      if (decided !== undefined) return decided;
    }
    if (valueEnd !== undefined) at = skipBlanks(line, valueEnd + 1, end);
    else if (line[at] === OPEN_BRACE || line[at] === OPEN_BRACKET) return false;
    else while (at < end && line[at] !== COMMA && line[at] !== CLOSE_BRACE) at++;
    if (line[at] !== COMMA) return false;
    at++;
  }
  return false;
};

const skipBlanks = (line: Buffer, from: number, end: number): number => {
  let at = from;
  while (at < end && isBlank(line[at])) at++;
  return at;
};

/** Where the string that opens at `from` closes, or -1 where it does not before `end`. */
const stringEnd = (line: Buffer, from: number, end: number): number => {
  for (let at = from + 1; at < end; at++) {
    const byte = line[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
  }
  return -1;
};
