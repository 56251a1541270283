import { t } from '../words/index.ts';
import type { Need } from './needs.ts';
import { shortName, titleOf } from './wording.ts';

/** What a session needs a person for, once and for all: another ask of the same session is another one. */
export const needId = ({ session, ask }: Need): string => `${session.sessionId} ${ask.id}`;

/** One sentence on who came to need a person; null where nobody did. */
export const newsOf = (fresh: readonly Need[]): string | null => {
  const [need] = fresh;
  if (!need) return null;
  if (fresh.length > 1) return t('queue.news.several', { n: fresh.length });
  const { session, ask } = need;
  const who = session.owner ? `${shortName(session.owner)}: ${titleOf(session)}` : titleOf(session);
  const isApproval = session.status === 'waiting_for_approval' && ask.isCode;
  return isApproval
    ? t('queue.news.approval', { who, tool: ask.detail ?? ask.kind })
    : t('queue.news.person', { who, what: ask.kind });
};
