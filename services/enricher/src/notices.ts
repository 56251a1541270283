import type { Notice } from '@crewboard/contract';
import type { Records } from '@crewboard/records';
import type { Logger } from '@crewboard/runtime';

/** What is missing or wrong with the enrichment, for people to see on the board: a line for each subject, or none. */
export interface Notices {
  /** Replaces what was said of the subject; null takes it back. The same again says nothing. */
  say(subject: string, notice: Pick<Notice, 'level' | 'says'> | null): void;
}

/** Gone when the enricher no longer renews it, in ms. */
const TTL_MS = 24 * 3_600_000;

export const createNotices = (records: Records, logger: Logger, now: () => number): Notices => {
  const said = new Map<string, string>();
  let writing: Promise<unknown> = Promise.resolve();

  return {
    say(subject, notice) {
      const text = JSON.stringify(notice);
      if (said.get(subject) === text) return;
      said.set(subject, text);
      // One after another: the last one said is the one that stands.
      writing = writing
        .then(() =>
          records.update('notice', subject, () =>
            notice ? { value: { subject, ...notice, at: now() } satisfies Notice, ttlMs: TTL_MS } : 'remove',
          ),
        )
        .catch((error: unknown) => {
          said.delete(subject);
          logger.debug({ err: error, subject }, 'a notice could not be kept');
        });
    },
  };
};
