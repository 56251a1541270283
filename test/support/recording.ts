import { appendFile, mkdir, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const captures = new URL('../captures/', import.meta.url);
const TIMESTAMP = /"timestamp":"(\d{4}-\d\d-\d\dT[\d:.]+Z)"/g;

/** A captured transcript on its way into a Claude folder, as if the session took place just now. */
export interface Recording {
  sessionId: string;
  /** Appends the lines up to the first answer of a tool: the session is at work. */
  begin(): Promise<void>;
  /** Appends the others: the turn is over, and the client has written its closing totals. */
  finish(): Promise<void>;
}

export const makeScratchFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'crewboard-recording-'));

const moveToNow = (text: string): string => {
  const last = [...text.matchAll(TIMESTAMP)].at(-1)?.[1];
  if (!last) throw new Error('the transcript has no timestamp');
  const shiftMs = Date.now() - Date.parse(last);
  return text.replaceAll(
    TIMESTAMP,
    (_, at: string) => `"timestamp":"${new Date(Date.parse(at) + shiftMs).toISOString()}"`,
  );
};

/** `file` is where the transcript goes below the Claude folder. Its ids stay those of the capture. */
export const openRecording = async (claudeDir: string, capture: string): Promise<Recording> => {
  const source = new URL(`${capture}/claude/`, captures);
  const file = (await readdir(source, { recursive: true })).find((name) => name.endsWith('.jsonl'));
  if (!file) throw new Error(`capture ${capture} has no transcript`);
  const lines = moveToNow(await readFile(new URL(file, source), 'utf8'))
    .trimEnd()
    .split('\n');
  const answer = lines.findIndex((line) => line.includes('"tool_result"'));
  const target = join(claudeDir, file);
  await mkdir(dirname(target), { recursive: true });
  const append = (some: string[]) => appendFile(target, some.map((line) => `${line}\n`).join(''));
  return {
    sessionId: file.replace(/^.*\/|\.jsonl$/g, ''),
    begin: () => append(lines.slice(0, answer)),
    finish: () => append(lines.slice(answer)),
  };
};
