import { nameOf } from '../privacy/texts.ts';

/** As many names as a machine's report takes. */
const MOST = 50;

/** How often each name was seen. Names beyond the first fifty are not counted: something that was garbled has no end of them. */
export interface Tally {
  count(name: string): void;
  readonly counts: ReadonlyMap<string, number>;
}

export const createTally = (): Tally => {
  const counts = new Map<string, number>();
  return {
    count(name) {
      const key = nameOf(name);
      const seen = counts.get(key);
      if (seen !== undefined || counts.size < MOST) counts.set(key, (seen ?? 0) + 1);
    },
    counts,
  };
};
