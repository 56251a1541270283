import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionEvent } from '@crewboard/contract';
import type { DeadLetters } from './dead-letters.ts';
import type { IngestMetrics } from './metrics.ts';
import type { EventSink, SetAside } from './sink.ts';

const BATCH_EVENTS = 500;
const BATCH_BYTES = 512 * 1024;
/** Readers wait while more than this is queued. */
const QUEUE_EVENTS = 2_000;
/**
 * Less than a batch is sent no sooner than this after the one before began, in ms. What a batch costs the board hardly depends on how many
 * events it has: 2,000 lines/s in hundreds of batches a second took a core, and made all of them late. A line that comes after a pause waits
 * for nothing.
 */
const GATHER_MS = 10;

/** Events in the order they are to arrive. `onAccepted` is called once the sink has these and all that came before. */
interface Shipment {
  events: readonly SessionEvent[];
  onAccepted?: (() => void) | undefined;
}

/**
 * One queue in front of the sink. The first event is sent at once; what comes while a send is under way, or right behind it, forms the next
 * batch. Memory is bounded because readers wait for room: the transcripts themselves are the buffer.
 */
export interface Shipper {
  offer(events: readonly SessionEvent[], onAccepted?: () => void): void;
  /** Resolves when there is room; rejects when the shipper has ended. */
  room(): Promise<void>;
  /** Resolves when all that was offered so far is accepted. */
  accepted(): Promise<void>;
  /** Rejects when a send fails for good or the signal aborts; never resolves. */
  readonly ended: Promise<void>;
  readonly queuedEvents: number;
  /** When events were accepted last, in ms since 1970; null before the first. */
  readonly acceptedAt: number | null;
}

export interface ShipperDeps {
  sink: Pick<EventSink, 'send' | 'ahead'>;
  deadLetters: Pick<DeadLetters, 'add'>;
  metrics: Pick<IngestMetrics, 'eventsSent'>;
  signal: AbortSignal;
  /** Ms since 1970. */
  now: () => number;
  gatherMs?: number;
}

export const createShipper = (deps: ShipperDeps): Shipper => {
  const { sink, deadLetters, metrics, signal, now, gatherMs = GATHER_MS } = deps;
  const queue: Shipment[] = [];
  let queuedEvents = 0;
  let acceptedAt: number | null = null;
  let isSending = false;
  const { ahead = 1 } = sink;
  /** Batches that are sent and not accepted yet, and the last of them. */
  const onTheirWay = new Set<Promise<void>>();
  let last = Promise.resolve();
  /** Readers that wait for room, and those that wait for everything to be accepted. */
  let forRoom: Deferred[] = [];
  const forAll = new Set<Deferred>();
  let failure: { reason: unknown } | undefined;
  const ended = deferred();
  ended.promise.catch(() => undefined);

  const end = (reason: unknown): void => {
    if (failure) return;
    failure = { reason };
    for (const { reject } of [...forRoom, ...forAll, ended]) reject(reason);
  };
  if (signal.aborted) end(signal.reason);
  else signal.addEventListener('abort', () => end(signal.reason), { once: true });

  const nextBatch = (): Shipment[] => {
    const batch: Shipment[] = [];
    let events = 0;
    let bytes = 0;
    for (;;) {
      const next = queue[0];
      if (!next) return batch;
      const nextBytes = next.events.reduce((sum, event) => sum + sizeOf(event), 0);
      if (events > 0 && (events + next.events.length > BATCH_EVENTS || bytes + nextBytes > BATCH_BYTES)) return batch;
      batch.push(next);
      queue.shift();
      events += next.events.length;
      bytes += nextBytes;
    }
  };

  const setAside: SetAside = ({ stream, position }, sizeBytes, reason) =>
    deadLetters.add({ file: stream, offset: position, length: sizeBytes, reason });

  let sentAt = Number.NEGATIVE_INFINITY;
  let sentEvents = 0;

  /** How long what is queued waits for more, in ms. */
  const restMs = (): number => {
    const unsent = queuedEvents - sentEvents;
    const isPart = unsent > 0 && unsent < BATCH_EVENTS;
    return isPart ? Math.max(0, sentAt + gatherMs - performance.now()) : 0;
  };

  /** Resolves when these and all before them are accepted. */
  const ship = async (batch: readonly Shipment[], before: Promise<void>): Promise<void> => {
    const events = batch.length === 1 && batch[0] ? batch[0].events : batch.flatMap((shipment) => shipment.events);
    if (events.length > 0) sentAt = performance.now();
    sentEvents += events.length;
    await Promise.all([before, events.length > 0 ? sink.send(events, signal, setAside) : undefined]);
    sentEvents -= events.length;
    queuedEvents -= events.length;
    if (events.length > 0) {
      metrics.eventsSent(events.length);
      acceptedAt = now();
    }
    for (const { onAccepted } of batch) onAccepted?.();
    if (queuedEvents < QUEUE_EVENTS) wake();
  };

  /** Resolves when the next batch may go: a sink that takes several does not hold it up, however long one of them takes. */
  const send = async (batch: readonly Shipment[]): Promise<void> => {
    last = ship(batch, last);
    const arrival: Promise<void> = last.catch(end).finally(() => onTheirWay.delete(arrival));
    onTheirWay.add(arrival);
    await (ahead > 1 ? atMost(gatherMs, arrival) : arrival);
    if (onTheirWay.size >= ahead) await Promise.race(onTheirWay);
  };

  const pump = async (): Promise<void> => {
    if (isSending) return;
    isSending = true;
    try {
      while (queue.length > 0 && !failure) {
        const waitMs = restMs();
        if (waitMs > 0) await sleep(waitMs, undefined, { signal });
        await send(nextBatch());
      }
    } catch (error) {
      end(error);
    } finally {
      isSending = false;
    }
  };

  const wake = (): void => {
    const woken = forRoom;
    forRoom = [];
    for (const { resolve } of woken) resolve();
  };

  const offer = (events: readonly SessionEvent[], onAccepted?: () => void): void => {
    for (let from = 0; ; from += BATCH_EVENTS) {
      const part = from === 0 && events.length <= BATCH_EVENTS ? events : events.slice(from, from + BATCH_EVENTS);
      const isLast = from + BATCH_EVENTS >= events.length;
      queue.push({ events: part, onAccepted: isLast ? onAccepted : undefined });
      queuedEvents += part.length;
      if (isLast) break;
    }
    void pump();
  };

  return {
    offer,
    room: async () => {
      if (failure) throw failure.reason;
      if (queuedEvents < QUEUE_EVENTS) return;
      const waiting = deferred();
      forRoom.push(waiting);
      await waiting.promise;
    },
    accepted: async () => {
      if (failure) throw failure.reason;
      const waiting = deferred();
      forAll.add(waiting);
      offer([], waiting.resolve);
      await waiting.promise;
      forAll.delete(waiting);
    },
    ended: ended.promise,
    get queuedEvents() {
      return queuedEvents;
    },
    get acceptedAt() {
      return acceptedAt;
    },
  };
};

/** About what an event takes as JSON. */
const sizeOf = (event: SessionEvent): number => {
  const data: Record<string, unknown> = event.data;
  const said = data.text ?? data.input;
  return 400 + (typeof said === 'string' ? said.length : 0);
};

/** Waits for it, but not for longer. */
const atMost = (ms: number, arrival: Promise<void>): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void arrival.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });

interface Deferred {
  promise: Promise<void>;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

const deferred = (): Deferred => {
  let resolve: () => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
};
