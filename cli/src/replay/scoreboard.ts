import { readCapture, readTruth } from './capture.ts';
import { type ReplayedChange, replayCapture, type Sense } from './replay.ts';
import { type Said, score, type Verdict } from './score.ts';

/** What an agent may have to go by, from the best to the least. */
export const DRESSES: Readonly<Record<string, readonly Sense[]>> = {
  'all sources': [],
  'without hooks': ['hook'],
  'without presence': ['presence'],
  'transcripts alone': ['hook', 'presence'],
};

/** What a change says, with its reason in words. */
export const saidBy = ({ t, sessionId, status, ended, card }: ReplayedChange): Said => ({
  t,
  sessionId,
  status,
  ended,
  why: card.evidence.says,
});

/** How the truth points of one capture come out for an agent that lacks some senses. */
export const verdictsOf = async (dir: string, without: readonly Sense[]): Promise<Verdict[]> => {
  const capture = await readCapture(dir);
  const said: Said[] = [];
  for await (const change of replayCapture(capture, { without })) said.push(saidBy(change));
  return score(await readTruth(dir), said, capture.entries, capture.startedAt);
};
