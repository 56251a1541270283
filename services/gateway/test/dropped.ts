import { type EventLog, LogUnavailable } from '@crewboard/event-log';
import { expect, vi } from 'vitest';
import { card, openFeed, project, startGateway } from './harness.ts';

/** A log of which the changelog can be away, for one who reads it. */
const withReader = (log: EventLog) => {
  const reader = { isAway: false };
  const readChanges: EventLog['readChanges'] = async (partition, options) => {
    const waitMs = Math.min(options.waitMs ?? 0, 20);
    const changes = reader.isAway ? [] : await log.readChanges(partition, { ...options, waitMs });
    // What it was about to be told when it went away does not reach it either.
    if (reader.isAway) throw new LogUnavailable('the changelog is away');
    return changes;
  };
  return { reader, log: { ...log, readChanges } };
};

/**
 * A gateway is away while the changes that it would read next are dropped. It must notice, and tell its feeds the whole board: nothing
 * else would ever tell them of those. `log` has one partition and is empty.
 */
export const expectWholeBoardAfterDrop = async (log: EventLog): Promise<void> => {
  await project(log, [card('stays'), card('leaves')]);
  const { reader, log: shaky } = withReader(log);
  const gateway = await startGateway(shaky);
  const feed = openFeed(gateway.feedUrl());
  await feed.until((it) => it.board().sessions.size === 2);
  const after = feed.board().offset ?? '';

  reader.isAway = true;
  await project(log, [card('comes')], ['leaves']);
  await project(log, [card('stays', { status: 'idle' })]);
  await project(log, [card('last')]);
  await log.trim({ maxEntries: 1 });
  reader.isAway = false;

  const ids = () => [...feed.board().sessions.keys()].sort();
  await vi.waitFor(() => expect(ids()).toEqual(['comes', 'last', 'stays']), { timeout: 15_000 });
  expect(feed.board().sessions.get('stays')?.status).toBe('idle');
  expect(feed.messages.map(({ kind }) => kind)).toEqual(['snapshot', 'reset', 'snapshot']);

  const returned = openFeed(gateway.feedUrl(after));
  await returned.until((it) => it.board().sessions.size === 3);
  expect(returned.messages.map(({ kind }) => kind)).toEqual(['reset', 'snapshot']);
};
