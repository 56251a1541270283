import type { Lane } from './grouping.ts';

/** Lanes that a person put somewhere stand first and in that order; the others follow as they stand anyway. */
export const inChosenOrder = (lanes: readonly Lane[], order: readonly string[]): Lane[] => {
  const places = new Map(order.map((key, place) => [key, place]));
  const placeOf = ({ key }: Lane): number => places.get(key) ?? order.length;
  return lanes.toSorted((a, b) => placeOf(a) - placeOf(b));
};

/** The keys with one of them at another place; a place outside counts as the nearest inside. */
export const movedTo = (keys: readonly string[], key: string, place: number): string[] => {
  const others = keys.filter((other) => other !== key);
  return others.toSpliced(Math.max(0, Math.min(place, others.length)), 0, key);
};
