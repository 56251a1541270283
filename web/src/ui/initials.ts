const segments = new Intl.Segmenter();

const first = (word: string): string => [...segments.segment(word)][0]?.segment ?? '';

/** One or two letters that stand for a name: `Lena Berg` and `lena.berg@acme.io` are LB, `dev` is DE. */
export const initialsOf = (name: string): string => {
  const words = name
    .replace(/@.*$/, '')
    .split(/[\s._-]+/)
    .filter(Boolean);
  const [head = name, ...rest] = words;
  const tail = rest.at(-1);
  const letters = tail
    ? first(head) + first(tail)
    : [...segments.segment(head)]
        .slice(0, 2)
        .map(({ segment }) => segment)
        .join('');
  return letters.toUpperCase();
};

/** Degrees that white letters read well on and that are told apart beside one another. */
const HUES: readonly number[] = [5, 22, 40, 58, 78, 140, 158, 178, 200, 225, 248, 268, 292, 316, 342];

/** A hue in degrees, always the same for a name, out of a small set. */
export const hueOf = (name: string): number => {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return HUES[(hash >>> 0) % HUES.length] ?? 0;
};
