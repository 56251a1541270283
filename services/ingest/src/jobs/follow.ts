import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@crewboard/runtime';
import type { CursorStore, JobCursor } from '../cursor.ts';
import { entriesOf } from '../entries-of.ts';
import { readHalfWritten } from '../half-written.ts';
import { createOneAtATime } from '../one-at-a-time.ts';
import type { Shipper } from '../ship.ts';
import { type JobRecord, jobEvent, jobPlace, NOTHING_SAID, type PlaceContext, parseJob } from './parse.ts';

/** Follows what the client notes of its background sessions: `jobs/<id>/state.json` of one claude folder. */
export interface JobFollower {
  /** Something may have happened at this path, relative to the claude folder. Paths of other files are ignored. */
  check(path: string): Promise<void>;
  /** Looks at every job that changed. */
  sweep(): Promise<void>;
  /** Folders of jobs that may change again, relative to the claude folder, as of the last sweep. */
  readonly folders: readonly string[];
}

export interface JobFollowerDeps extends PlaceContext {
  claudeDir: string;
  /** Jobs that were not written to for longer, and that nothing was told of, are left alone until they change. */
  maxAgeMs: number;
  cursors: Pick<CursorStore, 'jobs' | 'touch'>;
  shipper: Pick<Shipper, 'offer'>;
  logger: Logger;
  now: () => number;
}

const FOLDER = 'jobs';
const STATE = /^jobs\/([^/]{1,100})\/state\.json$/;
const MAX_BYTES = 512 * 1024;
/** No more folders are watched: the newest ones. The others are found by looking. */
const MOST_WATCHED = 100;

/** A folder of a job, by its path relative to the claude folder. */
export const isJobFolder = (path: string): boolean => /^jobs\/[^/]{1,100}$/.test(path);

/** A job's file, by its path relative to the claude folder. */
export const isJobFile = (path: string): boolean => STATE.test(path);

export const createJobFollower = (deps: JobFollowerDeps): JobFollower => {
  const { claudeDir, machine, maxAgeMs, cursors, shipper, logger, now } = deps;
  const known = new Map<string, JobCursor>(cursors.jobs);
  /** What each file was when it was read last. */
  const seen = new Map<string, string>();

  let folders: string[] = [];

  const pathOf = (jobId: string): string => join(claudeDir, FOLDER, jobId, 'state.json');

  const tell = (jobId: string, record: JobRecord, modifiedAt: number): void => {
    const before = known.get(jobId);
    const said = JSON.stringify(record.said);
    if (before?.said === said && before.sessionId === record.sessionId) return;
    const lastPosition = before?.lastPosition ?? -1;
    const event = jobEvent(jobId, record, { machine, modifiedAt, lastPosition });
    const cursor = { sessionId: record.sessionId, said, lastPosition: event.position };
    known.set(jobId, cursor);
    const place = before?.sessionId === record.sessionId ? undefined : jobPlace(event, record, deps);
    shipper.offer(place ? [place, event] : [event], () => {
      cursors.jobs.set(jobId, cursor);
      cursors.touch();
    });
  };

  const gone = (jobId: string): void => {
    seen.delete(jobId);
    const before = known.get(jobId);
    if (!before) return;
    tell(jobId, { sessionId: before.sessionId, cwd: null, said: NOTHING_SAID, updatedAt: 0 }, now());
    known.delete(jobId);
    shipper.offer([], () => {
      if (!known.has(jobId)) cursors.jobs.delete(jobId);
      cursors.touch();
    });
  };

  const look = async (jobId: string): Promise<void> => {
    const stat = statOf(pathOf(jobId));
    if (stat && !isDue(jobId, stat)) return;
    try {
      const found = stat ? await readHalfWritten(pathOf(jobId), MAX_BYTES, parseJob) : 'gone';
      if (found === 'gone') gone(jobId);
      else if (found && stat) {
        seen.set(jobId, versionOf(stat));
        tell(jobId, found, Math.min(stat.mtimeMs, now()));
      } else logger.debug({ jobId }, 'a job’s state cannot be read yet');
    } catch (error) {
      logger.debug({ err: error, jobId }, 'a job’s state cannot be opened');
    }
  };

  const isDue = (jobId: string, stat: Stats): boolean =>
    seen.get(jobId) !== versionOf(stat) && (known.has(jobId) || now() - stat.mtimeMs <= maxAgeMs);

  const check = createOneAtATime(look);

  return {
    async check(path) {
      const jobId = STATE.exec(path)?.[1];
      if (jobId !== undefined) await check(jobId);
    },
    async sweep() {
      const entries = entriesOf(join(claudeDir, FOLDER)) ?? [];
      const jobs = entries
        .filter((entry) => entry.isDirectory() && isJobFolder(`${FOLDER}/${entry.name}`))
        // One that has no file yet is about to get it.
        .map(({ name }) => ({ name, modifiedAt: statOf(pathOf(name))?.mtimeMs ?? now() }));
      folders = jobs
        .filter(({ modifiedAt }) => now() - modifiedAt <= maxAgeMs)
        .sort((a, b) => b.modifiedAt - a.modifiedAt)
        .slice(0, MOST_WATCHED)
        .map(({ name }) => `${FOLDER}/${name}`);
      await Promise.all([...new Set([...jobs.map(({ name }) => name), ...known.keys()])].map(check));
    },
    get folders() {
      return folders;
    },
  };
};

/** A file that it is, not a link to one. */
const statOf = (path: string): Stats | undefined => {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return stat?.isFile() ? stat : undefined;
  } catch {
    return undefined;
  }
};

const versionOf = ({ ino, size, mtimeMs }: Stats): string => `${ino}:${size}:${mtimeMs}`;
