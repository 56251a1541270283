import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const captureSchema = z.object({
  claudeCodeVersion: z.string().optional(),
  /** When second 0 of the recording was, in ms since 1970. */
  startedAtEpochMs: z.number().int().nonnegative(),
});

const t = z.number().nonnegative();
const entrySchema = z.discriminatedUnion('source', [
  z.object({ t, source: z.literal('transcript'), file: z.string(), from: z.number().int(), to: z.number().int() }),
  z.object({ t, source: z.literal('presence'), file: z.string(), content: z.unknown() }),
  z.object({ t, source: z.literal('process'), pid: z.number().int(), alive: z.boolean() }),
  z.object({ t, source: z.literal('hook'), payload: z.unknown() }),
]);
/** What became visible `t` seconds after the start. */
export type CaptureEntry = z.infer<typeof entrySchema>;

export interface Capture {
  dir: string;
  startedAt: number;
  /** In the order of time. */
  entries: CaptureEntry[];
}

/** Reads a recorded run. Throws, naming file and line, where it is none. */
export const readCapture = async (dir: string): Promise<Capture> => {
  const head = captureSchema.safeParse(await readJson(join(dir, 'capture.json')));
  if (!head.success) throw new Error(`${dir}/capture.json: ${z.prettifyError(head.error)}`);
  const lines = (await readFile(join(dir, 'timeline.jsonl'), 'utf8')).split('\n').filter((line) => line.trim() !== '');
  const entries = lines.map((line, index) => {
    const parsed = entrySchema.safeParse(parseJson(line));
    if (!parsed.success) throw new Error(`${dir}/timeline.jsonl:${index + 1}: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  });
  return { dir, startedAt: head.data.startedAtEpochMs, entries: entries.toSorted((a, b) => a.t - b.t) };
};

/** The bytes of a transcript that became visible with an entry. */
export const bytesOf = async (capture: Capture, file: string, from: number, to: number): Promise<Buffer> =>
  (await readFile(join(capture.dir, 'claude', file))).subarray(from, to);

const readJson = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} can't be read: is this the folder of a capture?`, { cause: error });
  }
};

/** `undefined` where a line is no JSON: the schema then says what is wrong. */
const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};
