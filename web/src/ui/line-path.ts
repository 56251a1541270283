export interface Dot {
  at: number;
  value: number;
}

/** The path of a line through some dots in a box, from left to right; the highest dot touches the top. Empty for less than two. */
export const linePath = (dots: readonly Dot[], width: number, height: number): string => {
  const [first] = dots;
  const last = dots.at(-1);
  if (!first || !last || last.at <= first.at) return '';
  const top = Math.max(1e-9, ...dots.map(({ value }) => value));
  const step = (fraction: number): string => fraction.toFixed(1);
  return dots
    .map(({ at, value }, index) => {
      const x = step(((at - first.at) / (last.at - first.at)) * width);
      const y = step(height - (value / top) * height);
      return `${index === 0 ? 'M' : 'L'}${x} ${y}`;
    })
    .join('');
};
