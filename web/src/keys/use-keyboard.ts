import { useEventListener } from '@vueuse/core';
import { createKeybindingsHandler } from 'tinykeys';
import { computed, ref } from 'vue';
import { usePreferencesStore } from '../stores/preferences.ts';
import { useCommandsStore } from './commands.ts';
import { asLatin, isForPage, isOfCharacters } from './press.ts';

/** So long the second key of two may take, in ms: not every hand is quick. */
const SEQUENCE_MS = 2_000;

/** Lets the keyboard call the commands, for as long as the caller is there. */
export const useKeyboard = (): void => {
  const registry = useCommandsStore();
  const preferences = usePreferencesStore();
  /** Longer ones first: `g m` is not to be taken for the `m` at its end. */
  const bound = computed(() =>
    [...new Set(registry.commands.flatMap(({ keys }) => keys ?? []))].sort((a, b) => b.length - a.length).join('\n'),
  );
  /**
   * How often keys were called. Those behind the called ones have not seen the last press, and would still wait for the second of
   * two: the next press begins anew.
   */
  const calls = ref(0);
  const call = (keys: string, press: KeyboardEvent): void => {
    calls.value += 1;
    if (!preferences.singleKeys && isOfCharacters(keys)) return;
    const command = registry.calledBy(keys);
    if (!command || (press.repeat && !command.repeats)) return;
    press.preventDefault();
    command.run();
  };
  const handler = computed(() => {
    void calls.value;
    const bindings = bound.value
      .split('\n')
      .map((keys) => [keys, (press: KeyboardEvent) => call(keys, press)] as const);
    return createKeybindingsHandler(Object.fromEntries(bindings), { ignore: () => false, timeout: SEQUENCE_MS });
  });
  useEventListener('keydown', (event) => {
    if (!isForPage(event)) return;
    const press = asLatin(event);
    handler.value(press);
    if (press.defaultPrevented) event.preventDefault();
  });
};
