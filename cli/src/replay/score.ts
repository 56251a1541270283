import type { CaptureEntry, TruthPoint } from './capture.ts';

/** What a board said of a session from `t` seconds after the recording's start on, and why. */
export interface Said {
  t: number;
  sessionId: string;
  status: string;
  ended: boolean;
  why: string;
}

export interface Verdict {
  point: TruthPoint;
  /** What the board said at that moment; undefined where it did not know the session. */
  said: Said | undefined;
  isRight: boolean;
  /** How long after the point's moment the board became right, in seconds: 0 where it was, null where it never did. */
  lateBy: number | null;
  /**
   * Seconds from the real change to the board's, 0 where the board knew before the client said so. Null where nothing changed
   * since the session's point before, where the board is wrong, and where the client keeps no presence that tells the change.
   */
  delay: number | null;
}

/** A board may say so a little after the screen, and a point may have been noted in between. */
export interface ScoreOptions {
  graceSeconds?: number;
}

/** Holds what a board said against what the screen showed. `entries` tell when things really changed, whoever was replayed. */
export const score = (
  truth: readonly TruthPoint[],
  said: readonly Said[],
  entries: readonly CaptureEntry[],
  startedAt: number,
  { graceSeconds = 0 }: ScoreOptions = {},
): Verdict[] => {
  const before = new Map<string, TruthPoint>();
  return truth.map((point) => {
    const previous = before.get(point.sessionId);
    before.set(point.sessionId, point);
    const ofSession = said.filter(({ sessionId }) => sessionId === point.sessionId);
    const atPoint = ofSession.findLast(({ t }) => t <= point.t);
    const isNow = atPoint !== undefined && statusOf(atPoint) === point.status;
    const soon = isNow
      ? atPoint
      : ofSession.find((one) => one.t > point.t && one.t <= point.t + graceSeconds && statusOf(one) === point.status);
    const real =
      previous?.status === point.status ? undefined : realChange(point, previous?.t ?? 0, entries, startedAt);
    return {
      point,
      said: soon ?? atPoint,
      isRight: soon !== undefined,
      lateBy: soon === undefined ? null : Math.max(0, soon.t - point.t),
      delay: soon === undefined || real === undefined ? null : Math.max(0, soon.t - real),
    };
  });
};

const statusOf = ({ status, ended }: Said): string => (ended ? 'ended' : status);

const BY_PRESENCE: Readonly<Record<string, string>> = {
  busy: 'working',
  waiting: 'waiting_for_approval',
  idle: 'waiting_for_input',
  shell: 'waiting_for_input',
};

/**
 * When a session came into a point's status, in seconds: the client's own word. That is the `statusUpdatedAt` of the presence
 * that began the status which it was in at the point; for `ended`, when the presence or the process was gone.
 */
const realChange = (
  { t, sessionId, status }: TruthPoint,
  after: number,
  entries: readonly CaptureEntry[],
  startedAt: number,
): number | undefined => {
  const pids = new Set<number>();
  let current: { status: string; at: number } | undefined;
  const become = (next: string, at: number): void => {
    if (current?.status !== next) current = { status: next, at };
  };
  for (const entry of entries) {
    if (entry.t > t) break;
    if (entry.source === 'process') {
      if (!entry.alive && pids.delete(entry.pid)) become('ended', entry.t);
    } else if (entry.source === 'presence') {
      const pid = Number(/(\d+)\.json$/.exec(entry.file)?.[1]);
      const content = fieldsOf(entry.content);
      if (content?.sessionId === sessionId) {
        pids.add(pid);
        const said = typeof content.status === 'string' ? BY_PRESENCE[content.status] : undefined;
        const at =
          typeof content.statusUpdatedAt === 'number' ? (content.statusUpdatedAt - startedAt) / 1_000 : entry.t;
        if (said) become(said, Math.min(at, entry.t));
      } else if (pids.delete(pid)) become('ended', entry.t);
    }
  }
  return current?.status === status && current.at >= after ? current.at : undefined;
};

const fieldsOf = (content: unknown): Record<string, unknown> | undefined =>
  typeof content === 'object' && content !== null ? { ...content } : undefined;
