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
