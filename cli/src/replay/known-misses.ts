/** Why no board can be right at some moments when an agent lacks senses: `<capture> <t>` of the truth points, by reason. */
interface KnownMiss {
  reason: string;
  points: readonly string[];
}

const KNOWN: Readonly<Record<string, readonly KnownMiss[]>> = {
  'all sources': [],
  'without hooks': [],
  'without presence': [
    {
      reason: 'an interrupt before any output is told by no hook and no line',
      points: ['interrupt 4.152', 'interrupt 10.872'],
    },
  ],
  'transcripts alone': [],
};

/** The points that are known to come out wrong in a dress. */
export const knownMisses = (dress: string): string[] => (KNOWN[dress] ?? []).flatMap(({ points }) => points);

/** Why a point comes out wrong in a dress; `undefined` where nobody knows. */
export const missReason = (dress: string, capture: string, t: number): string | undefined =>
  KNOWN[dress]?.find(({ points }) => points.includes(`${capture} ${t}`))?.reason;
