import type { Session } from '@crewboard/contract';
import { t } from '../words/index.ts';

/** A session before or after this one. `words` come before its name. */
export interface LineageStep {
  direction: 'from' | 'onward';
  words: string;
  sessionId: string;
}

export const lineageOf = ({ lineage: { from, to } }: Pick<Session, 'lineage'>): LineageStep[] => [
  ...(from
    ? [
        {
          direction: 'from',
          words: t(`card.lineage.from.${from.how ?? 'unknown'}`),
          sessionId: from.sessionId,
        } as const,
      ]
    : []),
  ...(to
    ? [{ direction: 'onward', words: t(`card.lineage.to.${to.how ?? 'unknown'}`), sessionId: to.sessionId } as const]
    : []),
];
