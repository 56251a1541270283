import { mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defineComponent, h } from 'vue';
import type { Command } from './command.ts';
import { useCommands } from './commands.ts';
import { useKeyboard } from './use-keyboard.ts';

let called: string[] = [];
let page: { unmount(): void } | null = null;

beforeEach(() => {
  setActivePinia(createPinia());
  called = [];
});

afterEach(() => {
  page?.unmount();
  page = null;
});

const command = (id: string, keys: string, told: Partial<Command> = {}): Command => ({
  id,
  section: 'view',
  words: () => id,
  keys: [keys],
  run: () => called.push(id),
  ...told,
});

const mountPage = (...commands: Command[]): void => {
  const Page = defineComponent({
    setup() {
      useKeyboard();
      useCommands(commands);
      return () => [
        h('input'),
        h('div', { popover: 'auto' }, h('button')),
        h('button', { class: 'plain' }),
        h('dialog', { open: true }, h('input')),
      ];
    },
  });
  page = mount(Page, { attachTo: document.body });
};

/** True where the page took the key for itself. */
const press = (key: string, told: KeyboardEventInit = {}, on = 'body'): boolean => {
  const event = new KeyboardEvent('keydown', { key, code: 'Unidentified', bubbles: true, cancelable: true, ...told });
  document.querySelector(on)?.dispatchEvent(event);
  return event.defaultPrevented;
};

test('keys call what was told, one after the other too, and only as long as it is there', () => {
  mountPage(command('claim', 'c'), command('to machines', 'g m'), command('mute', 'm'), command('find', '[Shift]+/'));
  expect([press('c'), press('g'), press('m'), press('m')]).toEqual([true, false, true, true]);
  // On a German keyboard the slash needs Shift.
  press('/', { shiftKey: true });
  expect(called).toEqual(['claim', 'to machines', 'mute', 'find']);
  page?.unmount();
  expect(press('c')).toBe(false);
});

test('of two with the same keys the later part has them, as long as it can do anything', () => {
  let isOpen = true;
  mountPage(command('clear', 'Escape'), command('close', 'Escape', { isPossible: () => isOpen }));
  press('Escape');
  isOpen = false;
  press('Escape');
  expect(called).toEqual(['close', 'clear']);
});

test('who types, composes or is in something over the page keeps their keys, but for chords', () => {
  mountPage(command('claim', 'c'), command('palette', 'Control+k'));
  press('c', {}, 'input');
  press('c', {}, '[popover] button');
  press('c', { isComposing: true });
  press('c', { ctrlKey: true });
  press('c', { altKey: true });
  expect(called).toEqual([]);
  press('k', { ctrlKey: true }, 'input');
  press('c', {}, 'button.plain');
  expect(called).toEqual(['palette', 'claim']);
});

test('a field has the keys until what it stands in is closed, not until the focus has moved on', () => {
  mountPage(command('machines', 'g m'));
  const dialog = document.querySelector('dialog');
  press('g', {}, 'dialog input');
  press('m', {}, 'dialog input');
  expect(called).toEqual([]);
  dialog?.close();
  press('g', {}, 'dialog input');
  press('m', {}, 'dialog input');
  expect(called).toEqual(['machines']);
});

test('a keyboard of another script has the same keys, one of another Latin layout its own', () => {
  mountPage(command('next', 'j'));
  press('о', { code: 'KeyJ' });
  // Dvorak: what is J there stands on C.
  press('j', { code: 'KeyC' });
  press('h', { code: 'KeyJ' });
  expect(called).toEqual(['next', 'next']);
});

test('a key that is held down goes on only with what is told to', () => {
  mountPage(command('next', 'j', { repeats: true }), command('claim', 'c'));
  press('j', { repeat: true });
  press('c', { repeat: true });
  expect(called).toEqual(['next']);
});

test('of two keys the first begins anew each time, however soon', () => {
  mountPage(command('machines', 'g m'), command('today', 'g t'), command('board', 'g b'));
  for (const key of ['g', 'm', 'g', 't', 'g', 'b', 'g', 't']) press(key);
  expect(called).toEqual(['machines', 'today', 'board', 'today']);
});
