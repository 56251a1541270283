import type { Session } from '@crewboard/contract';

type How = 'clear' | 'resume' | 'fork' | 'background';

const FROM_WORDS: Record<How, string> = {
  clear: 'Cleared from',
  resume: 'Resumed from',
  fork: 'Forked from',
  background: 'Handed over from',
};
const TO_WORDS: Record<How, string> = {
  clear: 'Cleared, goes on in',
  resume: 'Goes on in',
  fork: 'Forked into',
  background: 'In the background as',
};

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
          words: from.how ? FROM_WORDS[from.how] : 'Continued from',
          sessionId: from.sessionId,
        } as const,
      ]
    : []),
  ...(to
    ? [{ direction: 'onward', words: to.how ? TO_WORDS[to.how] : 'Goes on in', sessionId: to.sessionId } as const]
    : []),
];
