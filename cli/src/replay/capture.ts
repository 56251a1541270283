import { existsSync } from 'node:fs';
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
  z.object({ t, source: z.literal('job'), file: z.string(), content: z.unknown() }),
  z.object({ t, source: z.literal('meta'), file: z.string(), content: z.unknown() }),
]);
/**
 * What became visible `t` seconds after the start. `file` is below the claude folder; `content` is the whole of it, null when
 * it was gone: of `sessions/<pid>.json`, of a background job's `jobs/<id>/state.json`, of a subagent's `agent-<id>.meta.json`.
 */
export type CaptureEntry = z.infer<typeof entrySchema>;

/** A source that a later recorder may have: it tells nothing here. */
const SOURCES: readonly string[] = entrySchema.options.map(({ shape }) => shape.source.value);
const otherSchema = z
  .object({ source: z.string().refine((source) => !SOURCES.includes(source)) })
  .transform(() => ({ isOther: true as const }));

const truthSchema = z.object({ t, sessionId: z.string(), status: z.string() });
/** What the screen showed of a session `t` seconds after the start: a status of the board, or `ended`. */
export type TruthPoint = z.infer<typeof truthSchema>;

export interface Capture {
  dir: string;
  startedAt: number;
  /** In the order of time. */
  entries: CaptureEntry[];
  /** When the last thing was seen, on the files or on the screen, in seconds from the start. */
  endsAt: number;
}

/** Reads a recorded run. Throws, naming file and line, where it is none. */
export const readCapture = async (dir: string): Promise<Capture> => {
  const head = captureSchema.safeParse(await readJson(join(dir, 'capture.json')));
  if (!head.success) throw new Error(`${dir}/capture.json: ${z.prettifyError(head.error)}`);
  const lines = await readLines(join(dir, 'timeline.jsonl'), z.union([entrySchema, otherSchema]));
  const entries = lines.filter((line): line is CaptureEntry => !('isOther' in line)).toSorted((a, b) => a.t - b.t);
  const truth = await readTruth(dir);
  const endsAt = Math.max(entries.at(-1)?.t ?? 0, truth.at(-1)?.t ?? 0);
  return { dir, startedAt: head.data.startedAtEpochMs, entries, endsAt };
};

/** What the screen showed during a recorded run, in the order of time; nothing where it was not noted. */
export const readTruth = async (dir: string): Promise<TruthPoint[]> => {
  const path = join(dir, 'truth.jsonl');
  const points = existsSync(path) ? await readLines(path, truthSchema) : [];
  return points.toSorted((a, b) => a.t - b.t);
};

const readLines = async <Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>[]> =>
  (await readFile(path, 'utf8')).split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const parsed = schema.safeParse(parseJson(line));
    if (!parsed.success) throw new Error(`${path}:${index + 1}: ${z.prettifyError(parsed.error)}`);
    return [parsed.data];
  });

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
