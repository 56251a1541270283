import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { defineComponent, h, nextTick, ref } from 'vue';
import { useQueueFocus } from './use-queue-focus.ts';

test('the focus stays in the queue when the entry that has it goes', async () => {
  const ids = ref(['a', 'b', 'c']);
  const Queue = defineComponent({
    setup() {
      useQueueFocus(() => ids.value);
      return () => ids.value.map((id) => h('article', { key: id, 'data-need': id }, h('button', id)));
    },
  });
  const page = mount(Queue, { attachTo: document.body });
  page.get<HTMLElement>('[data-need="b"] button').element.focus();
  for (const [left, focused] of [
    [['a', 'c'], 'c'],
    [['a'], 'a'],
  ] as const) {
    ids.value = [...left];
    await nextTick();
    await nextTick();
    expect(document.activeElement?.textContent).toBe(focused);
  }
  page.unmount();
});
