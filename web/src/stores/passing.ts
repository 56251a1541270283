import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

/** How long it can be read, in ms. */
const SHOWN_MS = 4_000;

/** One line about what was just done where nothing else shows it: seen and heard for a moment. The next one takes its place. */
export const usePassingStore = defineStore('passing', () => {
  const line = shallowRef('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  const say = (text: string): void => {
    clearTimeout(timer);
    line.value = text;
    timer = setTimeout(() => {
      line.value = '';
    }, SHOWN_MS);
  };
  return { line, say };
});
