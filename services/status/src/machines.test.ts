import { MACHINE_LOST_MS, type SessionEvent, START_OFFSET } from '@crewboard/contract';
import { aMachineReport, anEvent, T0 } from '@crewboard/contract/testing';
import type { EventLog } from '@crewboard/event-log';
import { createLogger } from '@crewboard/runtime';
import { describe, expect, it, vi } from 'vitest';
import { createMachineWatch, type HeardMachines } from './machines.ts';
import { createPartitionFold } from './partition.ts';

const logger = createLogger({ name: 'status', level: 'silent' });
const DAY_MS = 24 * 3_600_000;
const SILENT_SINCE = T0 + 60_000;
const NOW = SILENT_SINCE + MACHINE_LOST_MS;

/** `devbox`, which may have another name by now. */
const heard = (heardAt: number, isSilent: boolean, machine = 'devbox', asOf: number | null = null): HeardMachines =>
  new Map([machine, 'devbox'].map((name) => [name, { machine, heardAt, isSilent, asOf }]));

const board = (...events: SessionEvent[]) => {
  const fold = createPartitionFold(
    { rows: [], enrichments: [], checkpoint: START_OFFSET, changesOffset: START_OFFSET },
    DAY_MS,
  );
  let count = 0;
  const tell = (now: number, ...more: SessionEvent[]) => {
    const entries = more.map((event) => {
      count += 1;
      const offset = `${count}-0`;
      return { ok: true as const, offset, event: { ...event, offset } };
    });
    const { projection } = fold.fold(entries, now);
    const change = projection.changes.at(-1);
    return change?.type === 'CardChanged' ? change.card : undefined;
  };
  tell(T0, ...events);
  return { fold, tell };
};

describe('a machine that falls silent', () => {
  it('takes its sessions offline, whatever they did, and says what they did', () => {
    const { fold, tell } = board(anEvent('PresenceChanged', { data: { status: 'busy' } }));
    const news = fold.machineNews(heard(SILENT_SINCE, true), NOW);
    expect(news).toMatchObject([{ type: 'MachineLost', sessionId: 'session-1', data: { silentSince: SILENT_SINCE } }]);
    expect(tell(NOW, ...news)).toMatchObject({
      status: 'idle',
      ended: false,
      since: SILENT_SINCE,
      asks: [],
      condition: { kind: 'offline', says: expect.stringContaining('The client says it is busy') },
      evidence: { source: 'machine', inferred: false },
    });
    expect(fold.machineNews(heard(SILENT_SINCE, true), NOW + 5_000), 'told once').toEqual([]);
  });

  it('brings them back as they are when it is heard again', () => {
    const { fold, tell } = board(anEvent('PresenceChanged', { data: { status: 'waiting' } }));
    tell(NOW, ...fold.machineNews(heard(SILENT_SINCE, true), NOW));
    const news = fold.machineNews(heard(NOW + 1_000, false), NOW + 2_000);
    expect(news).toMatchObject([{ type: 'MachineReturned' }]);
    expect(tell(NOW + 2_000, ...news)).toMatchObject({ status: 'waiting_for_approval', condition: null });
  });

  it('leaves what is over as it is', () => {
    const { fold } = board(
      anEvent('PresenceChanged', { data: { status: 'idle' } }),
      anEvent('ProcessExited', { stream: 'presence:4711', position: 1_000_000 }),
    );
    expect(fold.machineNews(heard(SILENT_SINCE, true), NOW)).toEqual([]);
  });

  it('tells nothing of sessions that were withdrawn, whatever was said of them meanwhile', () => {
    const { fold, tell } = board(anEvent('PresenceChanged', { data: { status: 'busy' } }));
    const lost = fold.machineNews(heard(SILENT_SINCE, true), NOW);
    const returned = lost.map((event) => anEvent('MachineReturned', { position: event.position + 1 }));
    expect(tell(NOW, anEvent('SessionWithdrawn'), ...lost, ...returned)).toBeUndefined();
    expect(fold.size).toBe(0);
  });

  it('is told by the gateways’ clock where that of this process is clearly ahead', () => {
    const { fold } = board(anEvent('PresenceChanged', { data: { status: 'busy' } }));
    const newsAt = (now: number) => fold.machineNews(heard(SILENT_SINCE, true, 'devbox', NOW), now)[0]?.occurredAt;
    expect(newsAt(NOW + 3_600_000)).toBe(NOW);
    expect(newsAt(NOW + 1_000)).toBe(NOW + 1_000);
    expect(newsAt(NOW - 3_600_000)).toBe(NOW - 3_600_000);
    expect(fold.machineNews(heard(SILENT_SINCE, true), NOW + DAY_MS)).toMatchObject([{ occurredAt: NOW + DAY_MS }]);
  });

  it('comes back although the clock of a gateway was set back in between', () => {
    const { fold, tell } = board(anEvent('PresenceChanged', { data: { status: 'busy' } }));
    tell(NOW, ...fold.machineNews(heard(SILENT_SINCE, true), NOW));
    expect(fold.machineNews(heard(SILENT_SINCE - 3_600_000, false), NOW)).toMatchObject([{ type: 'MachineReturned' }]);
  });

  it('does not come back because the board itself began anew', () => {
    const { fold, tell } = board(anEvent('PresenceChanged', { data: { status: 'busy' } }));
    tell(NOW, ...fold.machineNews(heard(SILENT_SINCE, true), NOW));
    expect(fold.machineNews(heard(SILENT_SINCE, false), NOW + 1_000)).toEqual([]);
  });
});

describe('a machine that was renamed', () => {
  it('brings its sessions back under its new name, those too that say nothing', () => {
    const { fold, tell } = board(anEvent('PresenceChanged', { data: { status: 'busy' } }));
    tell(NOW, ...fold.machineNews(heard(SILENT_SINCE, true), NOW));
    const news = fold.machineNews(heard(NOW + 1_000, false, 'laptop'), NOW + 2_000);
    expect(news).toMatchObject([{ type: 'MachineReturned', machine: 'laptop' }]);
    expect(tell(NOW + 2_000, ...news)).toMatchObject({ machine: 'laptop', condition: null });
    expect(fold.machineNews(heard(NOW + 1_000, false, 'laptop'), NOW + 3_000), 'told once').toEqual([]);
    expect(fold.machineNews(heard(NOW + 1_000, true, 'laptop'), NOW + 60_000)).toMatchObject([
      { type: 'MachineLost', machine: 'laptop' },
    ]);
  });

  it('names its sessions at once, although it was never silent', () => {
    const { fold, tell } = board(anEvent('PresenceChanged', { data: { status: 'busy' } }));
    const news = fold.machineNews(heard(NOW, false, 'laptop'), NOW);
    expect(tell(NOW, ...news)).toMatchObject({ machine: 'laptop', condition: null });
    expect(tell(NOW, anEvent('ToolRequested', { machine: 'laptop-2' }))).toMatchObject({ machine: 'laptop-2' });
  });

  it('is not called by its old name again because the board said so a moment before', () => {
    const { fold, tell } = board(anEvent('PresenceChanged', { data: { status: 'busy' } }));
    const lost = fold.machineNews(heard(SILENT_SINCE, true), NOW);
    tell(NOW, anEvent('ToolRequested', { machine: 'laptop', occurredAt: NOW }));
    expect(tell(NOW, ...lost)).toMatchObject({ machine: 'laptop' });
  });
});

describe('the watch over machines', () => {
  const LOOK_MS = 1_000;
  type Reports = Awaited<ReturnType<EventLog['machines']>>;
  const heardAt = (receivedAt: number): Reports => [{ report: aMachineReport({ machine: 'devbox' }), receivedAt }];

  /** What is known of the machine after looks that found these reports, one each second; a pause of so many ms, or a log that was away. */
  const watched = async (...looks: readonly (Reports | { pauseMs: number } | Error)[]) => {
    let at = 5_000_000;
    let next = 0;
    const machines = async (): Promise<Reports> => {
      for (;;) {
        const found = looks[next++];
        if (found instanceof Error) throw found;
        if (Array.isArray(found)) return found;
        if (!found) return new Promise(() => undefined);
        at += found.pauseMs;
      }
    };
    const elapsed = () => {
      at += LOOK_MS;
      return at;
    };
    const watch = createMachineWatch({ machines }, logger, { lookEveryMs: 0, elapsed });
    const abort = new AbortController();
    void watch.run(abort.signal);
    await vi.waitFor(() => expect(next).toBe(looks.length + 1));
    abort.abort();
    return watch.heard.get('devbox');
  };
  const looks = (count: number, reports = heardAt(T0)): Reports[] => Array.from({ length: count }, () => reports);
  const UNTIL_LOST = MACHINE_LOST_MS / LOOK_MS + 1;

  it('finds silent what was not heard for long', async () => {
    expect(await watched(...looks(UNTIL_LOST))).toMatchObject({ heardAt: T0, isSilent: true });
    expect(await watched(...looks(UNTIL_LOST - 1))).toMatchObject({ heardAt: T0, isSilent: false });
    expect(await watched(...looks(UNTIL_LOST - 1), ...looks(2, heardAt(T0 + 1)))).toMatchObject({ isSilent: false });
  });

  it('tells what time it is by the gateways’ clock, of a report that it saw come', async () => {
    expect(await watched(...looks(1), ...looks(3, heardAt(T0 + 9_000)))).toMatchObject({
      asOf: T0 + 9_000 + 2 * LOOK_MS,
    });
    expect(await watched(...looks(3))).toMatchObject({ asOf: null });
  });

  it('blames no machine for a silence that it slept through itself, or in which the log was away', async () => {
    expect(await watched(...looks(2), { pauseMs: DAY_MS }, ...looks(2))).toMatchObject({ isSilent: false });
    const away = Array.from({ length: 100 }, () => new Error('the log is away'));
    expect(await watched(...looks(2), ...away, ...looks(2))).toMatchObject({ isSilent: false });
  });

  it('knows a machine by its former names too, unless another is called so by now', async () => {
    const machines = [
      { report: aMachineReport({ machine: 'laptop' }), receivedAt: T0, formerNames: ['devbox', 'tower'] },
      { report: aMachineReport({ machine: 'tower' }), receivedAt: T0 + 1 },
    ];
    const watch = createMachineWatch({ machines: async () => machines }, logger, { lookEveryMs: 1 });
    const controller = new AbortController();
    const running = watch.run(controller.signal);
    await vi.waitFor(() => expect(watch.heard.size).toBe(3));
    controller.abort();
    await running;
    expect([...watch.heard].map(([name, { machine }]) => `${name}: ${machine}`).sort()).toEqual([
      'devbox: laptop',
      'laptop: laptop',
      'tower: tower',
    ]);
  });

  it('finds silent at once what was taken off the board', async () => {
    const seen = { report: aMachineReport({ machine: 'devbox' }), receivedAt: T0 };
    const machines = vi.fn().mockResolvedValueOnce([seen]).mockResolvedValue([]);
    const watch = createMachineWatch({ machines }, logger, { lookEveryMs: 1 });
    const abort = new AbortController();
    const running = watch.run(abort.signal);
    await vi.waitFor(() => expect(watch.heard.get('devbox')).toMatchObject({ heardAt: T0, isSilent: true }));
    abort.abort();
    await running;
  });
});
