import { type ComputedRef, computed, type InjectionKey, inject, provide } from 'vue';

/** Degrees that white letters read well on and that are told apart beside one another. */
const HUES: readonly number[] = [5, 22, 40, 58, 78, 140, 158, 178, 200, 225, 248, 268, 292, 316, 342];

/** From one place to the next that is tried: far enough to look different, and through all of them. */
const STEP = 4;

const placeOf = (name: string): number => {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) % HUES.length;
};

/** A hue in degrees, always the same for a name, out of a small set. */
export const hueOf = (name: string): number => HUES[placeOf(name)] ?? 0;

/**
 * A hue for each of some people, another for everyone as long as there are enough, and while they are few none beside another's: next to
 * each other those look alike. The same people have the same ones whoever looks, in whichever order they came. Whoever comes along changes
 * at most the hue of those who did not have their own (`hueOf`), or want the same, or one beside it.
 */
export const huesOf = (names: readonly string[]): ReadonlyMap<string, number> => {
  const people = [...new Set(names)].sort();
  const places = new Map<string, number>();
  const taken = new Set<number>();
  const areFew = people.length <= HUES.length / 3;
  const isFree = (place: number): boolean => !taken.has(place);
  const isApart = (place: number): boolean => [-1, 0, 1].every((n) => isFree((place + n + HUES.length) % HUES.length));
  const give = (name: string, place: number): void => {
    places.set(name, place);
    taken.add(place);
  };
  for (const name of people) {
    const own = placeOf(name);
    if (areFew ? isApart(own) : isFree(own)) give(name, own);
  }
  for (const name of people) {
    if (places.has(name)) continue;
    const tried = HUES.map((_, n) => (placeOf(name) + n * STEP) % HUES.length);
    give(name, tried.find(isApart) ?? tried.find(isFree) ?? placeOf(name));
  }
  return new Map([...places].map(([name, place]) => [name, HUES[place] ?? 0]));
};

const PEOPLE: InjectionKey<ComputedRef<ReadonlyMap<string, number>>> = Symbol('hues');

/** Gives the people whom a page knows their hues. To be called where all of them are known. */
export const provideHues = (names: () => readonly string[]): void => {
  // As one text: what else changes of whom they are known by gives nobody another hue.
  const known = computed(() => [...new Set(names())].sort().join('\n'));
  provide(
    PEOPLE,
    computed(() => huesOf(known.value.split('\n'))),
  );
};

/** The hue of a person's name. */
export const useHue = (name: () => string): ComputedRef<number> => {
  const hues = inject(PEOPLE, undefined);
  return computed(() => hues?.value.get(name()) ?? hueOf(name()));
};
