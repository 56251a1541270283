import { enableAutoUnmount, mount } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defineComponent, h, nextTick, ref } from 'vue';
import { useHoverPanel } from './use-hover-panel.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
enableAutoUnmount(afterEach);
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

/** Two things, and a panel that names the one it stands beside. */
const mountPair = async () => {
  const Pair = defineComponent({
    setup() {
      const host = ref<HTMLElement | null>(null);
      const panel = ref<HTMLElement | null>(null);
      const { anchor } = useHoverPanel({
        host: () => host.value,
        targetOf: (element) => element.closest<HTMLElement>('.thing'),
        panel: () => panel.value,
        afterMs: 500,
      });
      return () =>
        h('main', [
          h('div', { ref: host }, [
            h('p', { class: 'thing', id: 'a', tabindex: 0 }, 'a'),
            h('p', { class: 'thing', id: 'b', tabindex: 0 }, 'b'),
            h('p', { id: 'nothing' }, '-'),
          ]),
          anchor.value ? h('aside', { ref: panel, id: 'panel' }, anchor.value.id) : null,
        ]);
    },
  });
  const pair = mount(Pair, { attachTo: document.body });
  await nextTick();
  const point = (id: string, pointerType = 'mouse'): void => {
    const over = new PointerEvent('pointerover', { bubbles: true, pointerType });
    document.getElementById(id)?.dispatchEvent(over);
  };
  const after = async (ms: number): Promise<void> => {
    vi.advanceTimersByTime(ms);
    await nextTick();
  };
  const shown = (): string | undefined => document.getElementById('panel')?.textContent;
  return { pair, point, after, shown };
};

test('opens beside what the pointer rests on, not on the way past it', async () => {
  const { point, after, shown } = await mountPair();
  point('a');
  await after(400);
  point('b');
  await after(499);
  expect(shown()).toBeUndefined();
  await after(1);
  expect(shown()).toBe('b');
});

test('stays on the way over to the panel and on it, and goes a moment after both were left', async () => {
  const { point, after, shown } = await mountPair();
  point('a');
  await after(500);
  point('nothing');
  await after(100);
  point('panel');
  await after(5_000);
  expect(shown()).toBe('a');
  point('nothing');
  await after(200);
  expect(shown()).toBeUndefined();
});

test('goes with Escape, which closes nothing else, and comes again only after one was elsewhere', async () => {
  const { point, after, shown } = await mountPair();
  const heard = vi.fn();
  document.addEventListener('keydown', heard);
  point('a');
  await after(500);
  const pressed = new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true });
  document.body.dispatchEvent(pressed);
  await after(0);
  expect([shown(), heard.mock.calls.length, pressed.defaultPrevented]).toEqual([undefined, 0, true]);
  point('a');
  await after(5_000);
  expect(shown()).toBeUndefined();
  point('nothing');
  point('a');
  await after(500);
  expect(shown()).toBe('a');
  document.removeEventListener('keydown', heard);
});

test('opens for no finger, and not after a press', async () => {
  const { point, after, shown } = await mountPair();
  point('a', 'touch');
  await after(5_000);
  expect(shown()).toBeUndefined();
  point('a');
  document.getElementById('a')?.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
  await after(5_000);
  expect(shown()).toBeUndefined();
});

test('of two only one is open', async () => {
  const first = await mountPair();
  first.point('a');
  await first.after(500);
  const second = await mountPair();
  const other = second.pair.get('#b').element;
  other.dispatchEvent(new PointerEvent('pointerover', { bubbles: true, pointerType: 'mouse' }));
  await second.after(500);
  expect(first.pair.find('#panel').exists()).toBe(false);
  expect(second.pair.get('#panel').text()).toBe('b');
});
