/** How much more there is at the end than at the start, by the median of the slopes of all pairs (Theil-Sen): a single spike, or the teeth of a collector's saw, decide nothing. */
export const growthOf = (samples: readonly number[]): number => {
  const slopes = samples.flatMap((from, at) => samples.slice(at + 1).map((to, further) => (to - from) / (further + 1)));
  if (slopes.length === 0) return 0;
  slopes.sort((a, b) => a - b);
  const [low = 0, high = 0] = [slopes[(slopes.length - 1) >> 1], slopes[slopes.length >> 1]];
  return ((low + high) / 2) * (samples.length - 1);
};
