import { type EventLog, LogUnavailable } from '@crewboard/event-log';
import { createLogger } from '@crewboard/runtime';
import { expect, onTestFinished, test, vi } from 'vitest';
import { expectWholeBoardAfterDrop } from '../test/dropped.ts';
import { card, openLog, project } from '../test/harness.ts';
import { type BoardListener, Hub } from './hub.ts';

const logger = createLogger({ name: 'hub', level: 'silent' });

/** The log, away while `isAway` is set: all of it, as when its server is down. */
const shakyLog = (log: EventLog) => {
  const state = { isAway: false };
  const check = () => {
    if (state.isAway) throw new LogUnavailable('the log is away');
  };
  const shaky: EventLog = {
    ...log,
    epoch: async () => {
      check();
      return log.epoch();
    },
    load: async (partition) => {
      check();
      return log.load(partition);
    },
    readChanges: async (partition, options) => {
      check();
      return log.readChanges(partition, { ...options, waitMs: Math.min(options.waitMs ?? 0, 20) });
    },
    check: async () => {
      check();
      return log.check();
    },
  };
  return { state, log: shaky };
};

const startHub = async (log: EventLog) => {
  const hub = new Hub({ log, logger, epochPollMs: 10 });
  onTestFinished(() => hub.stop());
  const loaded = hub.start();
  return { hub, loaded };
};

test('waits for a log that is away at the start, says so, and reads it when it comes', async () => {
  const shaky = shakyLog(await openLog());
  shaky.state.isAway = true;
  const { hub, loaded } = await startHub(shaky.log);
  await loaded;
  await expect(hub.check()).rejects.toThrow('not read yet');
  shaky.state.isAway = false;
  await vi.waitFor(() => hub.check(), { timeout: 8000 });
});

test('keeps its board while the log is away, and goes on where it was', async () => {
  const log = await openLog();
  await project(log, [card('a')]);
  const shaky = shakyLog(log);
  const { hub, loaded } = await startHub(shaky.log);
  await loaded;
  shaky.state.isAway = true;
  await vi.waitFor(() => expect(hub.check()).rejects.toThrow('can not read'));
  await project(log, [card('b')]);
  expect(hub.board?.session('a')).toBeDefined();
  expect(hub.board?.session('b')).toBeUndefined();

  shaky.state.isAway = false;
  await vi.waitFor(() => expect(hub.board?.session('b')).toBeDefined(), { timeout: 8000 });
  await vi.waitFor(() => hub.check(), { timeout: 8000 });
  expect(hub.behindMs(Date.now())).toBe(0);
});

test('reads the whole board again where changes were dropped that it has not read', async () => {
  await expectWholeBoardAfterDrop(await openLog(1));
});

test('tells each listener of each change once, and of none after it left', async () => {
  const log = await openLog(1);
  const { hub, loaded } = await startHub(log);
  await loaded;
  const told: string[] = [];
  const listener: BoardListener = {
    changed: (changes) => told.push(...changes.map(({ sessionId }) => sessionId)),
    replaced: () => told.push('replaced'),
  };
  expect(hub.join(listener, undefined)).toEqual({ kind: 'snapshot' });
  await project(log, [card('a'), card('b')]);
  await vi.waitFor(() => expect(told).toEqual(['a', 'b']));
  await log.resetBoard();
  await vi.waitFor(() => expect(told).toEqual(['a', 'b', 'replaced']));
  hub.leave(listener);
  await project(log, [card('c')]);
  await vi.waitFor(() => expect(hub.board?.session('c')).toBeDefined());
  expect(told).toHaveLength(3);
});

test('stops at once although it waits for changes, and a second stop is harmless', async () => {
  const { hub, loaded } = await startHub(await openLog());
  await loaded;
  await hub.stop();
  await hub.stop();
});
