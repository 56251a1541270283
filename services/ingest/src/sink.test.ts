import { anEvent } from '@crewboard/contract/testing';
import type { EventLog } from '@crewboard/event-log';
import { describe, expect, it } from 'vitest';
import { logSink } from './sink.ts';

const eventAt = (position: number) => [anEvent('PromptSubmitted', { position })];
const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
};

/** A log that answers an append when it is told to, and keeps what it took. */
const createSlowLog = (appendsAhead: number) => {
  const took: number[] = [];
  const waiting: { position: number; answer(isTaken: boolean): void }[] = [];
  return {
    took,
    waiting,
    answerNext: (isTaken: boolean) => waiting.shift()?.answer(isTaken),
    appendsAhead,
    append: ([first]: Parameters<EventLog['append']>[0]) =>
      new Promise<void>((resolve, reject) => {
        const position = first && 'position' in first ? first.position : -1;
        waiting.push({
          position,
          answer: (isTaken) => {
            if (!isTaken) return reject(new Error('the disk is full'));
            took.push(position);
            resolve();
          },
        });
      }),
    saveMachine: async () => undefined,
  };
};

const start = (appendsAhead: number) => {
  const log = createSlowLog(appendsAhead);
  const sink = logSink(log);
  const accepted: number[] = [];
  const { signal } = new AbortController();
  const send = (position: number) =>
    sink.send(eventAt(position), signal, () => undefined).then(() => accepted.push(position));
  return { log, send, accepted };
};

describe('the sink of a log', () => {
  it('appends ahead of those that are under way, as far as the log keeps their order', async () => {
    const { log, send } = start(2);
    const sends = [1, 2, 3].map(send);
    expect(log.waiting.map(({ position }) => position)).toEqual([1, 2]);
    log.answerNext(true);
    await until(() => log.waiting.length === 1);
    log.answerNext(true);
    await until(() => log.waiting.length === 1);
    log.answerNext(true);
    await Promise.all(sends);
    expect(log.took).toEqual([1, 2, 3]);
  });

  it('tries what failed again in order, and lets nothing that comes later go first', async () => {
    const { log, send, accepted } = start(4);
    const sends = [1, 2, 3].map(send);
    // One that fails takes those behind it along.
    log.answerNext(true);
    log.answerNext(false);
    log.answerNext(false);
    await until(() => accepted.length === 1);
    sends.push(send(4));
    while (accepted.length < 4) {
      await until(() => log.waiting.length > 0);
      log.answerNext(true);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(sends);
    expect(log.took).toEqual([1, 2, 3, 4]);
    expect(accepted).toEqual([1, 2, 3, 4]);
  });
});
