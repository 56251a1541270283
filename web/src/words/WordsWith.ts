import type { FunctionalComponent } from 'vue';
import { say } from './index.ts';
import type { WordKey } from './keys.ts';

// Stands in no message, and in no value that a message is told.
const MARK = '\u0001';

/**
 * A message with parts that are more than text: each `{name}` of it is the slot of that name, in the order of the
 * language. `n`: the number that its plural goes by, if it has one.
 */
export const WordsWith: FunctionalComponent<{ of: WordKey; n?: number }> = ({ of, n }, { slots }) => {
  const marked = Object.fromEntries(Object.keys(slots).map((name) => [name, `${MARK}${name}${MARK}`]));
  // Text and slots take turns.
  return say(of, marked, n)
    .split(MARK)
    .map((part, at) => (at % 2 === 0 ? part : slots[part]?.()));
};
WordsWith.props = ['of', 'n'];
