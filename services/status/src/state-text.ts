import type { SessionState } from './state.ts';

type TextOf = (value: unknown) => string | undefined;

/** The names of members as they stand in a text. There are as many as the code has. */
const names = new Map<string, string>();
const nameText = (name: string): string => {
  let text = names.get(name);
  if (text === undefined) {
    text = `${JSON.stringify(name)}:`;
    names.set(name, text);
  }
  return text;
};

/** Makes the text of one object after another, and of each member only where it is another value than at this place before. */
class Members {
  readonly #values: unknown[] = [];
  readonly #texts: (string | undefined)[] = [];

  text(object: Readonly<Record<string, unknown>>, textOf: (name: string) => TextOf): string {
    let all = '';
    let at = 0;
    for (const name in object) {
      const value = object[name];
      if (at === this.#values.length || this.#values[at] !== value) {
        this.#values[at] = value;
        this.#texts[at] = textOf(name)(value);
      }
      const text = this.#texts[at];
      if (text !== undefined) all += (all === '' ? '' : ',') + nameText(name) + text;
      at += 1;
    }
    return `{${all}}`;
  }
}

const whole: TextOf = (value) => JSON.stringify(value);
const each = (): TextOf => whole;

/**
 * What `JSON.stringify` makes of one session's states, one after another. Most of a state is lists that an event leaves alone, and
 * nothing of it is ever changed in place: so what is the same object as before keeps its text.
 */
export const createStateText = (): ((state: SessionState) => string) => {
  const state = new Members();
  const views: Readonly<Record<string, Members>> = { transcript: new Members(), hooks: new Members() };
  const textOf = (name: string): TextOf => {
    const view = views[name];
    return view ? (value) => view.text(value as Readonly<Record<string, unknown>>, each) : whole;
  };
  return (next) => state.text(next, textOf);
};
