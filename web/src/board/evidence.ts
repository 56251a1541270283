import type { Evidence, Session, StatusChange } from '@crewboard/contract';
import { ASK_WORDS } from './ask.ts';
import { CONDITION_LOOKS } from './condition.ts';
import { STATUS_WORDS } from './wording.ts';

type Source = Evidence['source'];

/** Who says so: a name, and what that is. */
export const SOURCE_WORDS: Record<Source, { name: string; is: string }> = {
  presence: { name: 'Presence', is: 'the client’s own word on its state' },
  hook: { name: 'Hook', is: 'told by the client as it happened' },
  job: { name: 'Job', is: 'the client’s notes on its background job' },
  transcript: { name: 'Transcript', is: 'read from what the session wrote' },
  process: { name: 'Process', is: 'whether the process still runs' },
  machine: { name: 'Machine', is: 'whether its machine is heard' },
  timeout: { name: 'Time-out', is: 'guessed from silence' },
};

/** `Working`, `Ended`; `Waiting · Interrupted` where there is more to it, and only `Offline` where nothing else is known. */
export const stateInWords = ({
  status,
  ended,
  condition,
}: Pick<StatusChange, 'status' | 'ended' | 'condition'>): string => {
  const more = condition && CONDITION_LOOKS[condition].word;
  if (more && (condition === 'offline' || condition === 'unknown')) return more;
  return [ended ? 'Ended' : STATUS_WORDS[status], more].filter(Boolean).join(' · ');
};

/** The status and why the board says so, in sentences. */
export const statusInWords = (session: Session): string => {
  const { evidence, condition, disagreement } = session;
  const word = stateInWords({ ...session, condition: condition?.kind ?? null });
  const says = evidence.says.replace(/[.\s]+$/, '');
  return `${word}. ${says}${evidence.inferred ? ' (inferred)' : ''}.${disagreement ? ' Its sources differ.' : ''}`;
};

/** `Permission Bash`, `3 asks: Bash ×2, Question`; empty where nothing was asked. */
export const asksInWords = (asks: StatusChange['asks']): string => {
  const words = asks.map(({ kind, tool }) => (kind === 'permission' && tool ? tool : ASK_WORDS[kind]));
  const [first] = asks;
  if (!first) return '';
  if (asks.length === 1) return first.kind === 'permission' && first.tool ? `Permission ${first.tool}` : words.join();
  const times = (word: string): number => words.filter((other) => other === word).length;
  const counts = [...new Set(words)].map((word) => (times(word) > 1 ? `${word} ×${times(word)}` : word));
  return `${asks.length} asks: ${counts.join(', ')}`;
};

/** Another text as soon as a session's history may have grown. */
export const historyRevision = ({ status, ended, condition, asks, evidence, disagreement }: Session): string =>
  JSON.stringify([status, ended, condition?.kind, asks.map(({ id }) => id), evidence, disagreement?.since]);
