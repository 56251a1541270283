/** Why no board can be right at some moments when its agent lacks senses: `<capture> <t>` of the truth points, by reason. */
interface KnownMiss {
  reason: string;
  points: readonly string[];
}

const of = (capture: string, ...times: readonly number[]): string[] => times.map((t) => `${capture} ${t}`);

const SLOWTOOL_RUNS = of('slowtool', 9.912, 19.912, 29.912, 39.912, 49.912, 59.912, 69.912, 79.912);

const ESC: KnownMiss = {
  reason: 'An interrupt before any output writes nothing and fires no hook.',
  points: of('interrupt', 4.152, 10.872),
};
const KILLED: KnownMiss = {
  reason: 'A process that is killed writes nothing and fires no hook.',
  points: of('kill9', 10.613),
};
const DIALOG: KnownMiss = {
  reason: 'A dialog of the client itself, such as /model, is told by its presence alone.',
  points: of('dialog', 3.5, 5.604),
};
const UNWRITTEN: KnownMiss = {
  reason: 'Where no hooks are installed, a call that waits is not in the transcript before it is answered.',
  points: of('approve-nohooks', 1.9),
};

const KNOWN: Readonly<Record<string, readonly KnownMiss[]>> = {
  'all sources': [],
  'without hooks': [],
  'without presence': [
    {
      reason: 'Between a person’s yes and the tool’s result nothing is written and no hook fires.',
      points: [...of('longtool', 13.966), ...SLOWTOOL_RUNS],
    },
    ESC,
    DIALOG,
    KILLED,
    UNWRITTEN,
    { reason: 'The hook came 48 ms after the screen was read.', points: of('two', 2.204) },
    {
      reason: 'The hook told of /clear 14 ms before the screen was read, which did not show it yet.',
      points: of('clear', 4.236),
    },
  ],
  'transcripts alone': [
    {
      reason: 'A call without a result may run or wait for a person; after 5 seconds it is taken to wait.',
      points: [
        ...of('agentperm', 1.901, 4.905),
        ...of('approve', 2.812, 10.838),
        ...of('bgask', 5),
        ...of('bgshell', 1.84),
        ...of('deny', 3.152),
        ...of('editno', 1.706),
        ...of('longtool', 1.962, 13.966),
        ...of('slowtool', 1.907),
        ...SLOWTOOL_RUNS,
        ...of('two', 2.204, 8.215),
        ...of('twoesc', 1.585, 5.59),
      ],
    },
    {
      reason: 'A session has no transcript before its first prompt.',
      points: [...of('bg', 1), ...of('bgask', 1, 22, 26.286), ...of('fork', 9.088), ...of('headless', 0.6, 2.9, 5.015)],
    },
    {
      reason: 'A session that is resumed writes nothing before its next prompt.',
      points: of('cont', 7.275),
    },
    ESC,
    DIALOG,
    KILLED,
    UNWRITTEN,
    {
      reason: 'A compaction is written when it is done.',
      points: of('compact', 2.9),
    },
    {
      reason: 'A model that thinks writes nothing; after a minute the turn is taken to be over.',
      points: of('stall', 70.627),
    },
  ],
};

/** The points that are known to come out wrong in a dress. */
export const knownMisses = (dress: string): string[] => (KNOWN[dress] ?? []).flatMap(({ points }) => points);

/** Why a point comes out wrong in a dress; `undefined` where nobody knows. */
export const missReason = (dress: string, capture: string, t: number): string | undefined =>
  KNOWN[dress]?.find(({ points }) => points.includes(`${capture} ${t}`))?.reason;

/** Every reason once. */
export const missReasons = (): string[] => [
  ...new Set(
    Object.values(KNOWN)
      .flat()
      .map(({ reason }) => reason),
  ),
];
