import type { SessionEvent } from '@crewboard/contract';
import { anEvent } from '@crewboard/contract/testing';
import { describe, expect, it, vi } from 'vitest';
import type { DeadLine } from './dead-letters.ts';
import { createShipper } from './ship.ts';
import type { EventSink } from './sink.ts';

const deps = { metrics: { eventsSent: () => undefined }, deadLetters: { add: () => undefined }, now: () => 7 };

/** A sink that accepts a batch when it is told to. */
const createSlowSink = () => {
  const sent: (readonly SessionEvent[])[] = [];
  const accept: (() => void)[] = [];
  return {
    sent,
    send: (events: readonly SessionEvent[]) => {
      sent.push(events);
      return new Promise<void>((resolve) => accept.push(resolve));
    },
    accept: async () => {
      accept.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
};

const start = (gatherMs = 0) => {
  const sink = createSlowSink();
  const stopping = new AbortController();
  return { sink, stopping, shipper: createShipper({ ...deps, sink, signal: stopping.signal, gatherMs }) };
};

const events = (count: number, text = 'x') =>
  Array.from({ length: count }, () => anEvent('PromptSubmitted', { data: { text } }));

describe('a shipper', () => {
  it('sends the first event at once and makes one batch of what comes meanwhile', async () => {
    const { sink, shipper } = start();
    const [first, second, third] = [events(1), events(1), events(2)];
    shipper.offer(first);
    expect(sink.sent).toEqual([first]);
    shipper.offer(second);
    shipper.offer(third);
    expect(sink.sent).toHaveLength(1);
    await sink.accept();
    expect(sink.sent[1]).toEqual([...second, ...third]);
  });

  it('makes one batch of what comes right behind another, and is not late for what comes later', async () => {
    const { sink, shipper } = start(500);
    shipper.offer(events(1));
    await sink.accept();
    for (let n = 0; n < 5; n++) shipper.offer(events(1));
    await expect.poll(() => sink.sent.map((batch) => batch.length)).toEqual([1, 5]);
    await sink.accept();
    await new Promise((resolve) => setTimeout(resolve, 510));
    shipper.offer(events(1));
    expect(sink.sent.map((batch) => batch.length)).toEqual([1, 5, 1]);
  });

  it('waits for nothing more where a batch is full', async () => {
    const { sink, shipper } = start(1_000_000);
    shipper.offer(events(1));
    shipper.offer(events(500));
    await sink.accept();
    expect(sink.sent.map((batch) => batch.length)).toEqual([1, 500]);
  });

  it('goes ahead of a sink that takes long, no further than it allows, and says what is accepted in order', async () => {
    const slow = createSlowSink();
    const sink = { send: slow.send, ahead: 2 };
    const shipper = createShipper({ ...deps, sink, signal: new AbortController().signal });
    const accepted: number[] = [];
    for (const n of [1, 2, 3]) {
      shipper.offer(events(1), () => accepted.push(n));
      await vi.waitFor(() => expect(slow.sent).toHaveLength(Math.min(n, 2)));
    }
    expect(accepted).toEqual([]);
    for (const n of [1, 2, 3]) {
      await slow.accept();
      await vi.waitFor(() => expect(accepted).toHaveLength(n));
    }
    expect(accepted).toEqual([1, 2, 3]);
  });

  it('says that events are accepted only after they and all before are', async () => {
    const { sink, shipper } = start();
    const accepted: string[] = [];
    shipper.offer(events(1), () => accepted.push('first'));
    shipper.offer([], () => accepted.push('nothing'));
    shipper.offer(events(700), () => accepted.push('many'));
    expect(accepted).toEqual([]);
    await sink.accept();
    expect(accepted).toEqual(['first']);
    await sink.accept();
    expect(accepted).toEqual(['first', 'nothing']);
    await sink.accept();
    expect(accepted).toEqual(['first', 'nothing', 'many']);
  });

  it('keeps batches within 500 events and about 512 KB, in order', async () => {
    const { sink, shipper } = start();
    shipper.offer(events(1_200));
    for (let index = 0; index < 1_500; index++) shipper.offer(events(1, 'y'.repeat(500)));
    for (let round = 0; round < 10; round++) await sink.accept();
    for (const batch of sink.sent) {
      expect(batch.length).toBeLessThanOrEqual(500);
      expect(JSON.stringify(batch).length).toBeLessThan(600_000);
    }
    const positions = sink.sent.flat().map(({ position }) => position);
    expect(positions).toHaveLength(2_700);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });

  it('lets readers wait while the sink does not accept', async () => {
    const { sink, shipper } = start();
    shipper.offer(events(2_500));
    let hasRoom = false;
    const waiting = shipper.room().then(() => {
      hasRoom = true;
    });
    await sink.accept();
    expect(hasRoom).toBe(false);
    await sink.accept();
    await waiting;
    expect(shipper.queuedEvents).toBeLessThan(2_000);
  });

  it('ends whoever waits when the signal aborts', async () => {
    const { stopping, shipper } = start();
    shipper.offer(events(3_000));
    const waiting = [shipper.room(), shipper.accepted(), shipper.ended];
    stopping.abort(new Error('over'));
    for (const promise of waiting) await expect(promise).rejects.toThrow('over');
    await expect(shipper.room()).rejects.toThrow('over');
  });

  it('ends when the sink fails for good', async () => {
    const sink = { send: () => Promise.reject(new Error('broken')) };
    const shipper = createShipper({ ...deps, sink, signal: new AbortController().signal });
    shipper.offer(events(1), () => expect.unreachable());
    await expect(shipper.ended).rejects.toThrow('broken');
  });

  it('notes what the sink set aside, and goes on', async () => {
    const noted: DeadLine[] = [];
    const sink: Pick<EventSink, 'send'> = {
      send: async ([first], _signal, setAside) => {
        if (first) setAside(first, 70_000, 'too large');
      },
    };
    const deadLetters = { add: (line: DeadLine) => noted.push(line) };
    const shipper = createShipper({ ...deps, deadLetters, sink, signal: new AbortController().signal });
    const [event] = events(1);
    shipper.offer(event ? [event] : []);
    await shipper.accepted();
    expect(noted).toEqual([{ file: event?.stream, offset: event?.position, length: 70_000, reason: 'too large' }]);
    expect(shipper.queuedEvents).toBe(0);
    expect(shipper.acceptedAt).toBe(7);
  });
});
