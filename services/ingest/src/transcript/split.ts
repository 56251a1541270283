import { CHUNK_BYTES, type OpenTranscript } from './open.ts';
import { isPromptLine, PROMPT_MARK } from './sniff.ts';

/** A file with more unread bytes than this at first sight is told from its end. */
export const WHOLE_BYTES = 128 * 1024;

/** The end is told event by event: its last turn, and so much at the least, where the entries stand that are written anew again and again. */
export const TAIL_MIN_BYTES = 16 * 1024;
/** So much at the most, also of a longer turn: enough for the state of every session measured. */
export const TAIL_MAX_BYTES = CHUNK_BYTES;

/** A subagent that wrote nothing for so long has done its work: only what it cost is still of interest. */
const AGENT_QUIET_MS = 120_000;

const NEWLINE = 0x0a;

/** Where event by event telling begins in a subagent's file at first sight: at its start, or behind all of it when it has long ended. */
export const agentStart = async (file: OpenTranscript, now: number): Promise<number> => {
  if (now - file.modifiedAt < AGENT_QUIET_MS) return file.sizeBytes > WHOLE_BYTES ? tailStart(file) : 0;
  const [last] = await file.read(Math.max(0, file.sizeBytes - 1), 1);
  return last === NEWLINE ? file.sizeBytes : 0;
};

/**
 * Where the end of a long file begins: the start of the line of its last prompt, as status depends on nothing before that. Where
 * none is in the last `TAIL_MAX_BYTES`: the first line that starts there, and the file's size where no line does.
 */
export const tailStart = async (file: OpenTranscript): Promise<number> => {
  const from = Math.max(0, file.sizeBytes - TAIL_MAX_BYTES);
  const end = await file.read(from, file.sizeBytes - from);
  const latest = lineStartAfter(end, Math.max(0, end.length - TAIL_MIN_BYTES));
  const prompt = lastPromptStart(end, latest ?? end.length);
  if (prompt !== undefined) return from + prompt;
  const first = lineStartAfter(end, 0);
  return from + (first ?? end.length);
};

/** The start of the first line behind `at`; `undefined` where none starts. */
const lineStartAfter = (bytes: Buffer, at: number): number | undefined => {
  const newline = bytes.indexOf(NEWLINE, at);
  return newline < 0 ? undefined : newline + 1;
};

/** The start of the last line at or before `at` that surely is a prompt. */
const lastPromptStart = (bytes: Buffer, at: number): number | undefined => {
  for (let mark = bytes.lastIndexOf(PROMPT_MARK, at); mark > 0; mark = bytes.lastIndexOf(PROMPT_MARK, mark - 1)) {
    const start = bytes.lastIndexOf(NEWLINE, mark) + 1;
    // Without a newline before it, the line may have begun before these bytes.
    if (start > 0 && isPromptLine(bytes.subarray(start))) return start;
  }
  return undefined;
};
