import type { FeedMessage } from '@crewboard/contract';
import { aSession } from '@crewboard/contract/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { createBatch, createPace } from './batch.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const change = (sessionId: string, title = ''): FeedMessage => ({
  kind: 'change',
  offset: 'e.1-0',
  sessionId,
  session: aSession({ sessionId, title }),
});
const snapshot: FeedMessage = { kind: 'snapshot', offset: 'e.1-0', sessions: [] };

/** A batch whose turns a test calls. */
const collect = () => {
  const batches: FeedMessage[][] = [];
  const turns: (() => void)[] = [];
  const add = createBatch(
    (messages) => batches.push([...messages]),
    (run) => turns.push(run),
  );
  return { batches, turns, add, turn: () => turns.shift()?.() };
};
const told = (messages: readonly FeedMessage[] = []): string[] =>
  messages.map((message) =>
    message.kind === 'change' ? `${message.sessionId} ${message.session?.title}`.trim() : message.kind,
  );

test('hands on what came since the last turn together, of each session the newest', () => {
  const { batches, turns, add, turn } = collect();
  add(change('one', 'a'));
  add(change('two', 'a'));
  add(change('one', 'b'));
  expect(batches).toEqual([]);
  expect(turns).toHaveLength(1);
  turn();
  add(change('two', 'b'));
  turn();
  expect(batches.map(told)).toEqual([['one b', 'two a'], ['two b']]);
  expect(turns).toEqual([]);
});

test('a snapshot or a reset takes the place of all that was gathered before it', () => {
  const { batches, add, turn } = collect();
  add(change('one'));
  add({ kind: 'reset' });
  add(change('two'));
  add(snapshot);
  add(change('three'));
  turn();
  expect(batches.map(told)).toEqual([['snapshot', 'three']]);
});

test('a burst of more sessions than are shown at once goes on in the next turns, the longest wait first', () => {
  const { batches, turns, add, turn } = collect();
  const all = Array.from({ length: 200 }, (_, index) => `s${index}`);
  for (const sessionId of all) add(change(sessionId));
  turn();
  add(change('s199', 'newest'));
  add(change('s0', 'again'));
  while (turns.length > 0) turn();
  const sizes = batches.map((batch) => batch.length);
  expect(Math.max(...sizes)).toBeLessThan(200);
  expect(sizes.at(-1)).toBeLessThanOrEqual(sizes[0] ?? 0);
  expect(batches.flatMap(told)).toEqual([...all.slice(0, 199), 's199 newest', 's0 again']);
});

test('does not wait for frames that never come to a hidden page', async () => {
  vi.stubGlobal('requestAnimationFrame', () => 0);
  const handed = new Promise<readonly FeedMessage[]>((resolve) => createBatch(resolve)(snapshot));
  expect(await handed).toEqual([snapshot]);
});

test('the first is handed on at the next frame, what follows at once waits for the gap to be over', () => {
  vi.useFakeTimers();
  const ran: number[] = [];
  const pace = createPace();
  const frame = () => vi.advanceTimersByTime(17);
  pace(() => ran.push(1));
  frame();
  expect(ran).toEqual([1]);
  pace(() => ran.push(2));
  frame();
  expect(ran).toEqual([1]);
  vi.advanceTimersByTime(100);
  expect(ran).toEqual([1, 2]);
  vi.advanceTimersByTime(500);
  pace(() => ran.push(3));
  frame();
  expect(ran).toEqual([1, 2, 3]);
});

test('rests for as long as the last batch took', () => {
  vi.useFakeTimers();
  const ran: string[] = [];
  const pace = createPace();
  pace(() => {
    // A slow machine: when the frame is made, 300 ms are over.
    const slow = performance.now() + 300;
    vi.spyOn(performance, 'now').mockReturnValueOnce(slow);
    ran.push('slow');
  });
  vi.advanceTimersByTime(20);
  pace(() => ran.push('next'));
  vi.advanceTimersByTime(400);
  expect(ran).toEqual(['slow']);
  vi.advanceTimersByTime(300);
  expect(ran).toEqual(['slow', 'next']);
});
