import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { nextTick } from 'vue';
import ConfirmButton from './ConfirmButton.vue';

const mountButton = () =>
  mount(ConfirmButton, {
    props: { word: 'Revoke', what: 'devbox', question: 'It is cut off at once.' },
    attachTo: document.body,
  });

test('does nothing before it was asked twice', async () => {
  const button = mountButton();
  await button.get('button').trigger('click');
  await nextTick();
  expect(button.emitted('confirm')).toBeUndefined();
  expect(button.text()).toContain('It is cut off at once.');
  expect(document.activeElement?.textContent).toBe('Revoke');
  await button.get('.danger').trigger('click');
  expect(button.emitted('confirm')).toHaveLength(1);
  button.unmount();
});

test.each([
  ['its other button', async (button: ReturnType<typeof mountButton>) => button.findAll('button')[1]?.trigger('click')],
  ['Escape', async (button: ReturnType<typeof mountButton>) => button.get('.danger').trigger('keydown.esc')],
])('is left by %s, with the focus where it was', async (_name, leave) => {
  const button = mountButton();
  await button.get('button').trigger('click');
  await nextTick();
  await leave(button);
  await nextTick();
  expect(button.emitted('confirm')).toBeUndefined();
  expect(document.activeElement).toBe(button.get('button').element);
  button.unmount();
});
