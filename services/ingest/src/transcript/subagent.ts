import { z } from 'zod';
import { isObject, textOf } from '../json.ts';
import { nameOf, presentableLine } from '../privacy/texts.ts';
import type { Fact, FactOf } from './facts.ts';

/** What was told of the subagent that a file belongs to, and at which position last. */
export const subagentStateSchema = z.object({ told: z.enum(['nothing', 'started', 'stopped']), at: z.number() });
export type SubagentState = z.infer<typeof subagentStateSchema>;

export const untoldSubagent: SubagentState = { told: 'nothing', at: -1 };

/** What the client notes of a subagent beside its transcript. */
export interface SubagentMeta {
  started: FactOf<'SubagentStarted'>['data'];
  /** It is done for now: it may be sent another message, and go on. Older clients never say so. */
  isFinished: boolean;
}

const NOTE = '.meta.json';

export const metaPathOf = (transcriptPath: string): string => transcriptPath.replace(/\.jsonl$/, NOTE);

/** The transcript that a note stands beside; `undefined` for any other path. */
export const transcriptPathOf = (path: string): string | undefined =>
  path.endsWith(NOTE) ? `${path.slice(0, -NOTE.length)}.jsonl` : undefined;

/** `undefined` where the text is no such note, or not yet. */
export const parseSubagentMeta = (text: string): SubagentMeta | undefined => {
  let meta: unknown;
  try {
    meta = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(meta)) return undefined;
  const agentType = textOf(meta.agentType);
  const description = textOf(meta.description);
  const toolUseId = textOf(meta.toolUseId);
  return {
    started: {
      agentType: agentType === undefined ? null : nameOf(agentType),
      description: description === undefined ? null : presentableLine(description),
      toolUseId: toolUseId === undefined ? null : nameOf(toolUseId),
      isBackground: meta.requestShape === 'background',
    },
    isFinished: meta.finished === true,
  };
};

/** What the note tells that was not told, in order: where it begins anew after its end, that too. */
export const subagentFacts = (told: SubagentState['told'], { started, isFinished }: SubagentMeta): Fact[] => {
  const begins: Fact[] =
    told === 'nothing' || (told === 'stopped' && !isFinished) ? [{ type: 'SubagentStarted', data: started }] : [];
  const ends: Fact[] = told !== 'stopped' && isFinished ? [{ type: 'SubagentStopped', data: { outcome: 'done' } }] : [];
  return [...begins, ...ends];
};
