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
  'queue-operation',
  'progress',
  'agent-color',
  'agent-setting',
  'tag',
  'relocated',
  'ended-by-model',
  'continued-in',
  'bridge-session',
  'frame-link',
  'worktree-state',
  'history-suppression',
  'artifact-comment-monitor',
  'artifact-autoreact-ledger',
  'attribution-snapshot',
  'content-replacement',
  'fork-context-ref',
  'observer-ref',
]);

const SILENT_FAMILIES = ['api-request', 'file-history-'];

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

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;

/**
 * True when the line surely is an entry of a silent type. Only the object's own keys are looked at, never a text inside:
 * a prompt that quotes `"type":"attachment"` is no attachment. False means "not known", and the line is parsed.
 * The start of a line (`SNIFF_BYTES`) is enough.
 */
export const isSilentLine = (line: Buffer): boolean => {
  const end = Math.min(line.length, SNIFF_BYTES);
  let at = skipBlanks(line, 0, end);
  if (line[at] !== OPEN_BRACE) return false;
  at++;
  while (at < end) {
    at = skipBlanks(line, at, end);
    if (line[at] !== QUOTE) return false;
    const keyEnd = stringEnd(line, at, end);
    if (keyEnd < 0) return false;
    const key = line.toString('latin1', at + 1, keyEnd);
    at = skipBlanks(line, keyEnd + 1, end);
    if (line[at] !== COLON) return false;
    at = skipBlanks(line, at + 1, end);
    const first = line[at];
    if (first === QUOTE) {
      const valueEnd = stringEnd(line, at, end);
      if (valueEnd < 0) return false;
      if (key === 'type') return isSilentType(line.toString('latin1', at + 1, valueEnd));
      at = skipBlanks(line, valueEnd + 1, end);
    } else if (first === OPEN_BRACE || first === OPEN_BRACKET) {
      // An attachment's own type stands after its bulk. No other entry has an object of that name.
      return key === 'attachment' && first === OPEN_BRACE;
    } else {
      while (at < end && line[at] !== COMMA && line[at] !== CLOSE_BRACE) at++;
    }
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
