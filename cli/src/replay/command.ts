import type { Card } from '@crewboard/contract';
import { type Capture, readCapture } from './capture.ts';
import { type ReplayedChange, replayCapture } from './replay.ts';
import type { Verdict } from './score.ts';

/** The options of `crewboard replay`, as the command line gives them. */
export interface ReplayFlags {
  json?: true;
  realtime?: true;
  speed?: string;
}

/** `crewboard replay <capture>`: for people a line per change with its reason, with `json` one JSON object per change of status. */
export const replay = async (dir: string, { json, realtime, speed }: ReplayFlags): Promise<void> => {
  if (!realtime && speed !== undefined) throw new Error('--speed goes with --realtime: without it, no time passes');
  const capture = await readCapture(dir);
  if (realtime) return replayRealtime(capture, json === true, Number(speed ?? 1));
  for await (const change of replayCapture(capture, { isDetailed: !json })) {
    console.log(json ? jsonLine(change) : sentence(change));
  }
};

/**
 * The same lines as they come on a real board, and at the end how that compares with what the screen showed. The exit code tells
 * whether all was right. `speed`: recorded seconds in each real one.
 */
const replayRealtime = async (capture: Capture, json: boolean, speed: number): Promise<void> => {
  if (!(speed > 0 && Number.isFinite(speed))) throw new Error('--speed takes a number above 0');
  const { playCapture } = await import('./realtime/play.ts');
  const shown = new Map<string, string>();
  const onChange = (change: ReplayedChange): void => {
    const says = json ? `${change.status} ${change.ended}` : sentence({ ...change, t: 0 });
    if (shown.get(change.sessionId) === says) return;
    shown.set(change.sessionId, says);
    console.log(json ? jsonLine({ ...change, t: Number(change.t.toFixed(3)) }) : sentence(change));
  };
  const verdicts = await playCapture(capture, { speed, onChange });
  for (const line of summary(verdicts, speed)) (json ? console.error : console.log)(line);
  if (verdicts.some(({ isRight }) => !isRight)) process.exitCode = 1;
};

const summary = (verdicts: readonly Verdict[], speed: number): string[] => [
  '',
  ...verdicts.map((verdict) => {
    const { t, sessionId, status } = verdict.point;
    return `${t.toFixed(3).padStart(9)} s  ${sessionId}  ${status}: ${outcome(verdict, speed)}`;
  }),
  `${verdicts.filter(({ isRight }) => isRight).length} of ${verdicts.length} right`,
];

const outcome = ({ said, isRight, lateBy, delay }: Verdict, speed: number): string => {
  if (!isRight) return said ? `wrong, the board said ${said.ended ? 'ended' : said.status}` : 'wrong, not on the board';
  const seconds = (value: number): string => `${(value / speed).toFixed(3)} s`;
  const late = lateBy ? `right after ${seconds(lateBy)}` : 'right';
  return delay === null ? late : `${late}, ${seconds(delay)} after the client`;
};

/** The fields that outside programs rely on, and no others. */
export const jsonLine = ({ t, sessionId, status, ended }: ReplayedChange): string =>
  JSON.stringify({ t, sessionId, status, ended });

export const sentence = ({ t, sessionId, status, ended, card }: ReplayedChange): string => {
  const head = `${t.toFixed(3).padStart(9)} s  ${sessionId}  ${ended ? `${status}, ended` : status}`;
  return [head, ...details(card)].join('\n               ');
};

const details = ({ asks, condition, evidence }: Card): string[] => [
  `${evidence.says} (${evidence.source}${evidence.inferred ? ', a guess' : ''})`,
  ...asks.map(({ kind, tool, input, agentId }) =>
    ['asks:', kind, tool, input, agentId && `for the subagent ${agentId}`].filter(Boolean).join(' '),
  ),
  ...(condition ? [`${condition.kind.replaceAll('_', ' ')}: ${condition.says}`] : []),
];
