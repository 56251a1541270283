import type { Session, StatusChange } from '@crewboard/contract';
import { t } from '../words/index.ts';

/** `Working`, `Ended`; `Waiting · Interrupted` where there is more to it, and only `Offline` where nothing else is known. */
export const stateInWords = ({
  status,
  ended,
  condition,
}: Pick<StatusChange, 'status' | 'ended' | 'condition'>): string => {
  const more = condition && t(`status.condition.${condition}`);
  if (more && (condition === 'offline' || condition === 'unknown')) return more;
  return [t(ended ? 'status.ended' : `status.${status}`), more].filter(Boolean).join(' · ');
};

/** The status and why the board says so, in sentences. */
export const statusInWords = (session: Session): string => {
  const { evidence, condition, disagreement } = session;
  const word = stateInWords({ ...session, condition: condition?.kind ?? null });
  const says = evidence.says.replace(/[.\s]+$/, '');
  return `${word}. ${says}${evidence.inferred ? ` (${t('status.inferred')})` : ''}.${disagreement ? ` ${t('status.sourcesDiffer')}.` : ''}`;
};

/** `Permission Bash`, `3 asks: Bash ×2, Question`; empty where nothing was asked. */
export const asksInWords = (asks: StatusChange['asks']): string => {
  const words = asks.map(({ kind, tool }) => (kind === 'permission' && tool ? tool : t(`status.ask.${kind}`)));
  const [first] = asks;
  if (!first) return '';
  if (asks.length === 1)
    return first.kind === 'permission' && first.tool ? t('status.askOf', { tool: first.tool }) : words.join();
  const times = (word: string): number => words.filter((other) => other === word).length;
  const counts = [...new Set(words)].map((word) => (times(word) > 1 ? `${word} ×${times(word)}` : word));
  return t('status.asks', { n: asks.length, kinds: counts.join(', ') });
};

/** Another text as soon as a session's history may have grown. */
export const historyRevision = ({ status, ended, condition, asks, evidence, disagreement }: Session): string =>
  JSON.stringify([status, ended, condition?.kind, asks.map(({ id }) => id), evidence, disagreement?.since]);
