import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** `now` is the file's whole text; null when it was gone. `t` is in seconds since 1970, here and below. */
const snapshotSchema = z.object({ t: z.number(), file: z.string(), now: z.string().nullable() });
export type Snapshot = z.infer<typeof snapshotSchema>;

const growthSchema = z.object({ t: z.number(), file: z.string(), now: z.number().int().nonnegative().nullable() });
const hookSchema = z.object({ t: z.number(), p: z.unknown() });
const markSchema = z.object({ t: z.number(), status: z.string(), sessionId: z.string().optional() });
export type Mark = z.infer<typeof markSchema>;

/** One run of the client as a recorder left it in a folder. */
export interface Recording {
  dir: string;
  claudeDir: string;
  hooks: z.infer<typeof hookSchema>[];
  /** `sessions/*.json`, by file name. */
  presence: Snapshot[];
  /** Sizes of the transcripts, by path below `projects/`. */
  growth: z.infer<typeof growthSchema>[];
  /** `jobs/*\/state.json` and `*.meta.json` of subagents, by path below the claude folder. */
  jobs: Snapshot[];
  metas: Snapshot[];
  marks: Mark[];
  /** False where the marks were set, or set right, after the run. */
  areMarksItsOwn: boolean;
}

/** Reads a recorder's folder. Throws, naming file and line, where it is none. `marks` is used in place of its own `truth.jsonl`. */
export const readRecording = (dir: string, marks?: string): Recording => {
  const lines = <Schema extends z.ZodType>(path: string, schema: Schema): z.infer<Schema>[] =>
    existsSync(path) ? readLines(path, schema) : [];
  if (!existsSync(join(dir, 'home/.claude'))) throw new Error(`${dir} holds no home/.claude: is it a recording?`);
  return {
    dir,
    claudeDir: join(dir, 'home/.claude'),
    hooks: lines(join(dir, 'hooks.log'), hookSchema),
    presence: lines(join(dir, 'presence.jsonl'), snapshotSchema),
    growth: lines(join(dir, 'growth.jsonl'), growthSchema),
    jobs: lines(join(dir, 'jobs.jsonl'), snapshotSchema),
    metas: lines(join(dir, 'meta.jsonl'), snapshotSchema),
    marks: readLines(marks ?? join(dir, 'truth.jsonl'), markSchema),
    areMarksItsOwn: marks === undefined,
  };
};

const readLines = <Schema extends z.ZodType>(path: string, schema: Schema): z.infer<Schema>[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      if (line.trim() === '') return [];
      const parsed = schema.safeParse(parseJson(line));
      if (!parsed.success) throw new Error(`${path}:${index + 1}: ${z.prettifyError(parsed.error)}`);
      return [parsed.data];
    });

/** `undefined` where a text is no JSON. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
