import type { Card } from '@crewboard/contract';
import { readCapture } from './capture.ts';
import { type ReplayedChange, replayCapture } from './replay.ts';

/** `crewboard replay <capture>`: for people a line per change with its reason, with `json` one JSON object per change of status. */
export const replay = async (dir: string, json: boolean): Promise<void> => {
  for await (const change of replayCapture(await readCapture(dir), { isDetailed: !json })) {
    console.log(json ? jsonLine(change) : sentence(change));
  }
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
