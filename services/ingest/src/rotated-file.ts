import { appendFile, rename, stat } from 'node:fs/promises';
import type { Logger } from '@crewboard/runtime';

export interface RotatedFileOptions {
  /** At this size the file is kept once as `.1`, in the place of the one before, and begun anew. */
  maxBytes: number;
  logger: Logger;
  /** Said where it can't be written; what was to be written is lost then. */
  onFailure: string;
}

/** A private file (0600) that texts are appended to, in their order and never two writes at once. */
export interface RotatedFile {
  append(text: string): void;
  /** Texts that are not written yet. */
  readonly waiting: number;
  /** Resolves when all is on disk. */
  close(): Promise<void>;
}

export const openRotatedFile = (path: string, { maxBytes, logger, onFailure }: RotatedFileOptions): RotatedFile => {
  let waiting: string[] = [];
  let writing: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const text = latest(waiting, maxBytes).join('');
      waiting = [];
      try {
        const size = await stat(path).then(
          (found) => found.size,
          () => 0,
        );
        if (size > 0 && size + text.length > maxBytes) await rename(path, `${path}.1`);
        await appendFile(path, text, { mode: 0o600 });
      } catch (error) {
        logger.warn({ err: error, path }, onFailure);
      }
    }
    writing = undefined;
  };

  return {
    append(text) {
      waiting.push(text);
      writing ??= write();
    },
    get waiting() {
      return waiting.length;
    },
    close: async () => writing,
  };
};

/** The last texts that fit, each whole: a line that is cut could be understood by nobody. One that is too long by itself goes alone. */
const latest = (texts: readonly string[], maxBytes: number): readonly string[] => {
  let room = maxBytes;
  const first = texts.findLastIndex((text) => {
    room -= text.length;
    return room < 0;
  });
  return texts.slice(Math.min(first + 1, texts.length - 1));
};
