import type { Notice } from '@crewboard/contract';
import type { Records } from '@crewboard/records';
import type { Logger } from '@crewboard/runtime';

/** What is missing or wrong with the enrichment, for people to see on the board: a line for each subject, or none. */
export interface Notices {
  /** Replaces what was said of the subject; null takes it back. The same again says nothing. Gone by itself at `until`, in ms since 1970. */
  say(subject: string, notice: Pick<Notice, 'level' | 'says'> | null, until?: number): void;
  /** Says again what is about to be gone. To be called now and then. */
  renew(): void;
  /** Resolves when all that was said is kept. */
  settled(): Promise<void>;
}

/** What nobody renews is gone after so long, in ms: an enricher that was taken away says nothing for ever. */
const TTL_MS = 3_600_000;
const RENEW_MS = TTL_MS / 3;

interface Said {
  notice: Pick<Notice, 'level' | 'says'> | null;
  until: number;
  /** When it was kept last. */
  at: number;
}

export const createNotices = (records: Records, logger: Logger, now: () => number): Notices => {
  const said = new Map<string, Said>();
  let writing: Promise<unknown> = Promise.resolve();

  const keep = (subject: string, { notice, until, at }: Said): void => {
    const ttlMs = Math.min(TTL_MS, until - at);
    // One after another: the last one said is the one that stands.
    writing = writing
      .then(() =>
        records.update('notice', subject, (current) => {
          if (notice && ttlMs > 0) return { value: { subject, ...notice, at } satisfies Notice, ttlMs };
          return current === undefined ? 'keep' : 'remove';
        }),
      )
      .catch((error: unknown) => {
        logger.debug({ err: error, subject }, 'a notice could not be kept');
        // Tried again at the next look.
        const known = said.get(subject);
        if (known?.at === at) known.at = 0;
      });
  };

  return {
    say(subject, notice, until = Number.POSITIVE_INFINITY) {
      const before = said.get(subject);
      if (before && before.notice?.says === notice?.says && before.until === until) return;
      const next = { notice, until, at: now() };
      said.set(subject, next);
      keep(subject, next);
    },
    renew() {
      for (const [subject, known] of said) {
        if (now() - known.at < RENEW_MS || (known.notice === null && known.at > 0)) continue;
        known.at = now();
        keep(subject, known);
      }
    },
    async settled() {
      await writing;
    },
  };
};
