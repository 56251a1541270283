import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Capture, CaptureEntry } from '../capture.ts';
import type { Retime } from './retime.ts';
import { type StandIn, startStandIn } from './stand-in.ts';

/** A claude folder and a data folder of their own, in which a recording happens again. */
export interface Stage {
  claudeDir: string;
  dataDir: string;
  /** Does to the files what the client did. Times in them are moved. */
  play(entry: CaptureEntry, retime: Retime): Promise<void>;
  /** Ends the processes and removes the folders. */
  close(): Promise<void>;
}

/** Where the recorded client kept its files. */
const RECORDED_CLAUDE_DIR = '/home/dev/.claude';

/** Starts a process for every recorded one that has a presence: a board believes no presence without its process. */
export const openStage = async (capture: Capture): Promise<Stage> => {
  const folder = mkdtempSync(join(tmpdir(), 'crewboard-replay-'));
  const claudeDir = join(folder, 'claude');
  const dataDir = join(folder, 'data');
  const spool = join(dataDir, 'spool');
  // As on any machine where the client ran before.
  for (const name of ['projects', 'sessions']) mkdirSync(join(claudeDir, name), { recursive: true });
  mkdirSync(spool, { recursive: true, mode: 0o700 });

  const standIns = new Map<number, StandIn>();
  for (const pid of pidsOf(capture)) standIns.set(pid, await startStandIn());
  const transcripts = new Map<string, Buffer>();

  const pathTo = (file: string): string => {
    const path = join(claudeDir, file);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  };

  const transcript = (file: string, retime: Retime): Buffer => {
    const known = transcripts.get(file);
    if (known) return known;
    const bytes = retime.bytes(readFileSync(join(capture.dir, 'claude', file)));
    transcripts.set(file, bytes);
    return bytes;
  };

  const writeWhole = (file: string, content: unknown, retime: Retime): void => {
    if (content === null) rmSync(pathTo(file), { force: true });
    else writeFileSync(pathTo(file), retime.text(JSON.stringify(content)));
  };

  const writePresence = (file: string, content: unknown, retime: Retime): void => {
    const pid = pidIn(file);
    const standIn = pid === undefined ? undefined : standIns.get(pid);
    if (!standIn) return;
    const own = `sessions/${standIn.pid}.json`;
    const { procStart, pid: ownPid } = standIn;
    if (!isObject(content)) writeWhole(own, null, retime);
    else {
      const { pidDomain: _elsewhere, procStart: _recorded, procStartFt: _too, ...fields } = content;
      writeWhole(own, { ...fields, pid: ownPid, ...(procStart === null ? {} : { procStart }) }, retime);
    }
  };

  return {
    claudeDir,
    dataDir,
    async play(entry, retime) {
      switch (entry.source) {
        case 'transcript':
          appendFileSync(pathTo(entry.file), transcript(entry.file, retime).subarray(entry.from, entry.to));
          break;
        case 'presence':
          writePresence(entry.file, entry.content, retime);
          break;
        case 'job':
        case 'meta':
          writeWhole(entry.file, entry.content, retime);
          break;
        case 'hook': {
          const payload = JSON.stringify(entry.payload).replaceAll(RECORDED_CLAUDE_DIR, claudeDir);
          const path = join(spool, randomUUID());
          writeFileSync(`${path}.part`, payload, { mode: 0o600 });
          renameSync(`${path}.part`, `${path}.json`);
          break;
        }
        case 'process':
          if (!entry.alive) await standIns.get(entry.pid)?.kill();
          break;
      }
    },
    async close() {
      await Promise.all([...standIns.values()].map((standIn) => standIn.kill()));
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
};

const pidsOf = (capture: Capture): Set<number> =>
  new Set(
    capture.entries.flatMap((entry) => {
      const pid = entry.source === 'presence' ? pidIn(entry.file) : undefined;
      return pid === undefined ? [] : [pid];
    }),
  );

const pidIn = (file: string): number | undefined => {
  const digits = /(\d+)\.json$/.exec(file)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
