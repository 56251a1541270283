import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createNearness, type Nearness } from './nearness.ts';

/** Whether a place is near is what a test says. */
class Observer {
  static last: Observer;
  readonly #tell: (entries: readonly Partial<IntersectionObserverEntry>[]) => void;
  constructor(tell: (entries: readonly Partial<IntersectionObserverEntry>[]) => void) {
    this.#tell = tell;
    Observer.last = this;
  }
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
  say(target: Element, isIntersecting: boolean): void {
    this.#tell([{ target, isIntersecting, boundingClientRect: { height: 120 } as DOMRect }]);
  }
}

let nearness: Nearness;
let isLarge: boolean;
let frames: FrameRequestCallback[];
let at: number;
/** The next frames, so long after one another (ms). */
const frame = (afterMs = 16): void => {
  at += afterMs;
  for (const run of frames.splice(0)) run(at);
};
const place = (sessionId: string, isFirst = false) => {
  const own = nearness.place(sessionId, isFirst);
  const element = document.createElement('div');
  nearness.watch(own, element);
  return { own, element, isDrawn: () => own.isDrawn.value };
};
const places = (count: number, isFirst = false) =>
  Array.from({ length: count }, (_, index) => place(`s${index}`, isFirst));
const drawnOf = (all: ReturnType<typeof places>): number => all.filter(({ isDrawn }) => isDrawn()).length;

beforeEach(() => {
  frames = [];
  at = 1_000;
  isLarge = true;
  vi.stubGlobal('IntersectionObserver', Observer);
  vi.stubGlobal('requestAnimationFrame', (run: FrameRequestCallback) => frames.push(run));
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
  nearness = createNearness(() => isLarge);
});
afterEach(() => vi.unstubAllGlobals());

test('of a small board all cards are drawn: a window full at once, the others within a few frames', () => {
  isLarge = false;
  const all = places(60);
  const atOnce = drawnOf(all);
  expect(atOnce).toBeGreaterThan(0);
  expect(atOnce).toBeLessThan(60);
  for (const { element } of all) Observer.last.say(element, false);
  for (let frames = 0; frames < 20; frames++) frame();
  expect(drawnOf(all)).toBe(60);
});

test('of a large one those that stand first, and then those that are near', () => {
  const first = place('first', true);
  const far = place('far');
  expect([first.isDrawn(), far.isDrawn()]).toEqual([true, false]);
  Observer.last.say(far.element, true);
  Observer.last.say(first.element, false);
  frame();
  expect([first.isDrawn(), far.isDrawn()]).toEqual([false, true]);
  expect(first.own.height).toBe(120);
});

test('fewer are drawn in a frame when the last one was late', () => {
  const all = places(40);
  for (const { element } of all) Observer.last.say(element, true);
  frame(200);
  const late = drawnOf(all);
  frame(16);
  expect(drawnOf(all) - late).toBeGreaterThan(late);
});

test('who comes by keyboard is drawn at once, and a card that moves on stays drawn', () => {
  const far = place('far');
  nearness.draw('far');
  expect(far.isDrawn()).toBe(true);
  nearness.giveUp(far.own, far.element);
  expect(place('far').isDrawn()).toBe(true);
});

test('of many that move at once most are drawn only where they are near', () => {
  const all = places(30, true);
  for (const { own, element } of all) nearness.giveUp(own, element);
  const moved = drawnOf(places(30));
  expect(moved).toBeGreaterThan(0);
  expect(moved).toBeLessThan(30);
});
