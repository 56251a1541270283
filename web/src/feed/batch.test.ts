import { expect, test, vi } from 'vitest';
import { createBatch, createPace } from './batch.ts';

test('hands on what came since the last frame together and in order', () => {
  const batches: number[][] = [];
  const frames: (() => void)[] = [];
  const add = createBatch<number>(
    (items) => batches.push([...items]),
    (run) => frames.push(run),
  );
  for (let number = 0; number < 300; number++) add(number);
  expect(batches).toEqual([]);
  expect(frames).toHaveLength(1);
  frames[0]?.();
  add(300);
  frames[1]?.();
  expect(batches.map((batch) => batch.length)).toEqual([300, 1]);
  expect(batches.flat()).toEqual(Array.from({ length: 301 }, (_, number) => number));
});

test('does not wait for frames that never come to a hidden page', async () => {
  vi.stubGlobal('requestAnimationFrame', () => 0);
  try {
    const handed = new Promise((resolve) => createBatch(resolve)('told'));
    expect(await handed).toEqual(['told']);
  } finally {
    vi.unstubAllGlobals();
  }
});

test('the first is handed on at the next frame, what follows at once waits for the gap to be over', () => {
  vi.useFakeTimers();
  const handedOn: number[][] = [];
  const add = createBatch<number>((items) => handedOn.push([...items]), createPace());
  const frame = () => vi.advanceTimersByTime(17);
  add(1);
  frame();
  expect(handedOn).toEqual([[1]]);
  add(2);
  frame();
  add(3);
  expect(handedOn).toEqual([[1]]);
  vi.advanceTimersByTime(100);
  expect(handedOn).toEqual([[1], [2, 3]]);
  vi.advanceTimersByTime(500);
  add(4);
  frame();
  expect(handedOn).toEqual([[1], [2, 3], [4]]);
  vi.useRealTimers();
});
