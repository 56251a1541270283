import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog, GroupEntry, GroupReader } from '@crewboard/event-log';
import { Counter, type Logger, type Registry } from '@crewboard/runtime';
import type { Notices } from './notices.ts';
import type { Summarizer, SummarizerDeps } from './summaries/summarizer.ts';

export interface EnricherDeps {
  log: Pick<EventLog, 'group' | 'deadLetter' | 'load' | 'changesHorizon'>;
  /** Names this process among the replicas: unlike any other, for as long as it runs. */
  consumer: string;
  notices: Notices;
  /** Sums sessions up; absent where none are. */
  summarizer?: ((hears: Pick<SummarizerDeps, 'done' | 'setAside'>) => Summarizer) | undefined;
  logger: Logger;
  registry: Registry;
  now?: () => number;
  /** What a consumer was handed so long ago is another's, in ms. */
  claimIdleMs?: number;
  /** Between two reads of a changelog that is read up to its end, in ms. */
  restMs?: number;
}

const GROUP = 'enricher';
const READ_COUNT = 200;
const READ_WAIT_MS = 500;
/** Nothing is summed up sooner than seconds after it came: what comes meanwhile is taken, and acknowledged, in one step of the store each. */
const REST_MS = 500;
/** Longer than any entry waits with a consumer that lives: the others may take it for dead then. */
const CLAIM_IDLE_MS = 10 * 60_000;
const CLAIMS_PER_IDLE = 20;
/** So often an entry is handed out: it may be what its consumers die of. */
const TRIES = 5;
const AGAIN_MS = 2_000;
/** So long the board says that changes were missed, in ms. */
const MISSED_SHOWN_MS = 24 * 3_600_000;

/**
 * Reads the board changelog as one of a group, and has what it tells summed up. Each entry is acknowledged when its effect is
 * stored: whoever dies leaves its entries to the others, and an effect that comes twice is the same one.
 */
export const createEnricher = (deps: EnricherDeps) => {
  const { log, logger, notices, now = Date.now, claimIdleMs = CLAIM_IDLE_MS, restMs = REST_MS } = deps;
  const missed = new Counter({
    name: 'crewboard_enricher_missed_total',
    help: 'How often changes of a partition were dropped before the enricher had read them',
    registers: [deps.registry],
  });

  /** What was dropped unread is known by what it left: the cards as they are. Whatever changed them since is still to be read. */
  const catchUp = async (partition: number, summarizer: Summarizer): Promise<void> => {
    // Asked first: what is dropped from here on is on the cards by then, and what is not is read.
    const offset = await log.changesHorizon(partition);
    const { rows } = await log.load(partition);
    for (const { card, sessionId } of rows) {
      const change = { type: 'CardChanged', sessionId, card, partition, offset } as const;
      summarizer.take({ partition, offset, change, deliveries: 1 });
    }
    missed.inc();
    logger.warn(
      { partition, sessions: rows.length },
      'changes were dropped before they were read: summaries are made from the cards as they are',
    );
  };

  const beginBehind = async (group: GroupReader, summarizer: Summarizer): Promise<void> => {
    const partitions = await group.missed();
    for (const partition of partitions) await catchUp(partition, summarizer);
    if (partitions.length === 0) return;
    const says =
      'The enricher was away for longer than changes are kept. Summaries are made from the cards as they are now; what sessions did meanwhile may be missing in them.';
    notices.say('missed changes', { level: 'info', says }, now() + MISSED_SHOWN_MS);
  };

  const sumUp = async (
    createSummarizer: NonNullable<EnricherDeps['summarizer']>,
    signal: AbortSignal,
  ): Promise<void> => {
    let toAcknowledge: GroupEntry[] = [];
    const done = (entries: readonly GroupEntry[]): void => {
      toAcknowledge.push(...entries);
    };
    const setAside = (entry: GroupEntry, reason: string): Promise<void> =>
      log.deadLetter({ from: GROUP, reason, raw: JSON.stringify(entry.change), at: now() });
    const summarizer = createSummarizer({ done, setAside });

    const acknowledge = async (group: GroupReader): Promise<void> => {
      if (toAcknowledge.length === 0) return;
      const entries = toAcknowledge;
      await group.ack(entries);
      toAcknowledge = toAcknowledge.slice(entries.length);
    };

    const take = async (entry: GroupEntry): Promise<void> => {
      // One's own that waited for long is handed out again, too.
      if (summarizer.holds(entry)) return;
      if (entry.deliveries <= TRIES) return summarizer.take(entry);
      await setAside(entry, `handed out ${TRIES} times, and never done`);
      done([entry]);
    };

    let claimAt = 0;
    const step = async (group: GroupReader): Promise<void> => {
      const entries = await group.read({ count: READ_COUNT, waitMs: READ_WAIT_MS, signal });
      if (now() >= claimAt) {
        claimAt = now() + claimIdleMs / CLAIMS_PER_IDLE;
        entries.push(...(await group.claim({ count: READ_COUNT, minIdleMs: claimIdleMs })));
      }
      for (const entry of entries) await take(entry);
      summarizer.tick(signal);
      notices.renew();
      await acknowledge(group);
      const isAtEnd = entries.length < READ_COUNT;
      if (isAtEnd && entries.length > 0) await sleep(restMs, undefined, { signal }).catch(() => undefined);
    };

    /** Goes on after a fault: what was taken over stays with the summarizer, whichever reader it came from. */
    while (!signal.aborted) {
      let group: GroupReader | undefined;
      try {
        group = await log.group(GROUP, deps.consumer);
        await beginBehind(group, summarizer);
        while (!signal.aborted) await step(group);
        await summarizer.settled();
        await acknowledge(group);
      } catch (error) {
        if (signal.aborted) return;
        logger.warn({ err: error }, 'the changelog can not be worked on now, trying again');
        await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
      } finally {
        await group?.close();
      }
    }
  };

  return {
    /** Runs until the signal. */
    run: async (signal: AbortSignal): Promise<void> => {
      if (deps.summarizer) await sumUp(deps.summarizer, signal);
    },
  };
};
