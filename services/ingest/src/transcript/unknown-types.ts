const NAMES_MAX = 50;
const NAME_MAX = 100;

/** Counts what nobody here knows, by name, in bounded memory. */
export interface UnknownTypes {
  count(name: string): void;
  readonly counts: ReadonlyMap<string, number>;
}

export const createUnknownTypes = (): UnknownTypes => {
  const counts = new Map<string, number>();
  return {
    count(name) {
      const short = name.slice(0, NAME_MAX);
      const before = counts.get(short);
      if (before !== undefined || counts.size < NAMES_MAX) counts.set(short, (before ?? 0) + 1);
    },
    counts,
  };
};
