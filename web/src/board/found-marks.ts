import { useMutationObserver } from '@vueuse/core';
import { computed, onScopeDispose, type Ref, watch } from 'vue';
import { foldText } from '../ui/fold-text.ts';
import { wordsIn } from './find.ts';

/** Where the words that are looked for stand in a text: from and to, in its code units. Letters match as in the search itself. */
export const placesOf = (text: string, words: readonly string[]): [from: number, to: number][] => {
  let folded = '';
  /** For each unit of the folded text the place in the text where its letter begins, and behind all its end. */
  const begins: number[] = [];
  let at = 0;
  for (const letter of text) {
    const part = foldText(letter);
    for (let unit = 0; unit < part.length; unit++) begins.push(at);
    folded += part;
    at += letter.length;
  }
  begins.push(at);
  const places: [number, number][] = [];
  for (const word of words) {
    for (let found = folded.indexOf(word); found !== -1; found = folded.indexOf(word, found + word.length)) {
      const from = begins[found] ?? at;
      // To where the next letter begins: what is folded into one letter is marked whole.
      const to = begins.slice(found + word.length).find((begin) => begin > (begins[found + word.length - 1] ?? 0));
      places.push([from, to ?? at]);
    }
  }
  return places;
};

const MARKED = '[data-session] :is(h3, bdi, code, .now, .text)';
/** As `::highlight()` calls it. */
const NAME = 'found';

const rangesIn = (host: ParentNode, words: readonly string[]): Range[] => {
  const texts = new Set<Text>();
  for (const part of host.querySelectorAll(MARKED)) {
    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) texts.add(walker.currentNode as Text);
  }
  return Array.from(texts).flatMap((text) =>
    placesOf(text.data, words).map(([from, to]) => {
      const range = new Range();
      range.setStart(text, from);
      range.setEnd(text, to);
      return range;
    }),
  );
};

/** Marks what the search found on the cards within `host`: for eyes only, the page itself stays as it is. */
export const useFoundMarks = (host: Readonly<Ref<HTMLElement | null>>, query: () => string): void => {
  // No browser without marks is worse off than before.
  if (!('highlights' in CSS)) return;
  const words = computed(() => wordsIn(query()));
  const searched = computed(() => (words.value.length > 0 ? host.value : null));
  const mark = (): void => {
    if (searched.value) CSS.highlights.set(NAME, new Highlight(...rangesIn(searched.value, words.value)));
    else CSS.highlights.delete(NAME);
  };
  watch([words, searched], mark, { flush: 'post', immediate: true });
  useMutationObserver(searched, mark, { childList: true, characterData: true, subtree: true });
  onScopeDispose(() => CSS.highlights.delete(NAME));
};
