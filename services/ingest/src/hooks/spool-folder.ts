import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@crewboard/runtime';
import { isMissing } from '../cursor.ts';
import { PAYLOAD_BYTES } from './payload.ts';
import { LARGEST_POSITION } from './positions.ts';

/** The files of a spool. All its work takes microseconds: it is done at once, not in the thread pool. */
export interface SpoolFolder {
  /** Makes the folder where it is missing, and private where it is not. `false` where it must not be used; the log says why, once. */
  ensure(): boolean;
  /** What hooks have left, in the order in which it was written. */
  waiting(): WaitingPayload[];
  /** What was claimed, by this life or a former one, in order. */
  claimed(): ClaimedPayload[];
  /** What is to be read of a file, or why it never will be; `undefined` where it is gone or cannot be read now. */
  read(name: string): SpooledPayload | { problem: string } | undefined;
  /** Gives a payload its position for good. `false` where it is gone: somebody else has it. */
  claim(name: string, position: number): boolean;
  isClaimed(position: number): boolean;
  /** `false` where it is still there. */
  remove(name: string): boolean;
}

export interface WaitingPayload {
  name: string;
  sizeBytes: number;
  /** Ms since 1970, by the file's clock. */
  writtenAt: number;
}

export interface ClaimedPayload {
  name: string;
  position: number;
  sizeBytes: number;
}

export interface SpooledPayload {
  bytes: Buffer;
  sizeBytes: number;
  /** Ms since 1970, by the file's clock. */
  writtenAt: number;
}

const CLAIMED = /^(\d{1,16})\.claimed$/;
/** What a writer that was killed left behind. */
const LEFTOVER_MS = 60_000;

export const claimedName = (position: number): string => `${position}.claimed`;

/**
 * `folder` is where hooks write. What is claimed goes to `claimedFolder`, of the agent alone: a hook that finds its own folder full
 * drops what it has, and what waits for the board is not to fill it.
 */
export const createSpoolFolder = (
  folder: string,
  claimedFolder: string,
  logger: Logger,
  now: () => number,
): SpoolFolder => {
  let refusal = '';

  const refuse = (reason: string, error?: unknown): false => {
    if (refusal !== reason) logger.error({ err: error, folder }, reason);
    refusal = reason;
    return false;
  };

  const make = (): Stats => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return lstatSync(folder);
  };

  const check = (): boolean => {
    const stat = lstatSync(folder, { throwIfNoEntry: false }) ?? make();
    if (!stat.isDirectory()) return refuse('hooks are not read: their spool is not a folder. Remove it');
    // Windows knows neither.
    const uid = process.getuid?.();
    if (uid !== undefined && stat.uid !== uid)
      return refuse('hooks are not read: their spool belongs to somebody else. Remove it, or give it to this account');
    if (uid !== undefined && (stat.mode & 0o077) !== 0) {
      chmodSync(folder, 0o700);
      logger.warn({ folder }, 'the spool of hooks was open to others and is private now');
    }
    // Asked twice a second: to make what is there waits for whoever writes beside it.
    if (!existsSync(claimedFolder)) mkdirSync(claimedFolder, { recursive: true, mode: 0o700 });
    return true;
  };

  /** Names of claimed payloads are of their own form. */
  const pathOf = (name: string): string => join(CLAIMED.test(name) ? claimedFolder : folder, name);

  const ensure = (): boolean => {
    try {
      return check();
    } catch (error) {
      return refuse('hooks are not read: their spool cannot be made or opened', error);
    }
  };

  const remove = (name: string): boolean => {
    try {
      rmSync(pathOf(name), { force: true });
      return true;
    } catch (error) {
      logger.debug({ err: error, name }, 'a file of the spool cannot be removed');
      return false;
    }
  };

  const waiting = (): WaitingPayload[] => {
    const found: (WaitingPayload & { writtenAtNs: bigint })[] = [];
    for (const name of filesIn(folder)) {
      if (!name.endsWith('.json') && !name.endsWith('.part')) continue;
      const stat = lstatSync(join(folder, name), { bigint: true, throwIfNoEntry: false });
      if (!stat?.isFile()) continue;
      const writtenAt = Number(stat.mtimeMs);
      if (name.endsWith('.json'))
        found.push({ name, sizeBytes: Number(stat.size), writtenAt, writtenAtNs: stat.mtimeNs });
      else if (Math.abs(now() - writtenAt) > LEFTOVER_MS) remove(name);
    }
    return found.sort((a, b) => Number(a.writtenAtNs - b.writtenAtNs) || (a.name < b.name ? -1 : 1));
  };

  const claimed = (): ClaimedPayload[] =>
    filesIn(claimedFolder)
      .flatMap((name) => {
        const position = Number(CLAIMED.exec(name)?.[1] ?? Number.NaN);
        if (!(position <= LARGEST_POSITION && name === claimedName(position))) return [];
        const sizeBytes = lstatSync(pathOf(name), { throwIfNoEntry: false })?.size;
        return sizeBytes === undefined ? [] : [{ name, position, sizeBytes }];
      })
      .sort((a, b) => a.position - b.position);

  const read = (name: string): SpooledPayload | { problem: string } | undefined => {
    try {
      return readStart(pathOf(name));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EACCES' || code === 'EPERM') return { problem: 'the payload may not be read' };
      if (code !== 'ENOENT') logger.debug({ err: error, name }, 'a file of the spool cannot be read now');
      return undefined;
    }
  };

  return {
    ensure,
    waiting,
    claimed,
    read,
    claim(name, position) {
      try {
        renameSync(pathOf(name), pathOf(claimedName(position)));
        refusal = '';
        return true;
      } catch (error) {
        if (!isMissing(error)) refuse('hooks are not read: their spool cannot be written to', error);
        return false;
      }
    },
    isClaimed: (position) => existsSync(pathOf(claimedName(position))),
    remove,
  };
};

/** Names of plain files. A folder that is gone holds none. */
const filesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
  } catch {
    return [];
  }
};

/** Never through a link, and never waits for a writer that is none. */
const readStart = (path: string): SpooledPayload | undefined => {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return undefined;
    const buffer = Buffer.allocUnsafe(Math.min(stat.size, PAYLOAD_BYTES));
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read) {
      read = readSync(file, buffer, length, buffer.length - length, length);
    }
    return { bytes: buffer.subarray(0, length), sizeBytes: stat.size, writtenAt: Math.trunc(stat.mtimeMs) };
  } finally {
    closeSync(file);
  }
};
