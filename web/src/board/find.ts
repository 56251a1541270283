import type { Session } from '@crewboard/contract';
import { computed } from 'vue';
import { foldText } from '../ui/fold-text.ts';
import { language, t } from '../words/index.ts';
import { modelName, titleOf } from './wording.ts';

/** All that a person would look for a session by, its name first. */
export const wordsOf = (session: Session): string => {
  const { title, goal, brief, now, summary, repo, branch, worktree, owner, machine, kind, model, pullRequest } =
    session;
  const asked = session.asks.flatMap(({ tool, input }) => [tool, input]);
  const condition = session.condition && t(`status.condition.${session.condition.kind}`);
  const pull = pullRequest && `#${pullRequest.number} ${pullRequest.title ?? ''}`;
  const about = [titleOf(session), title, goal, brief?.goal, brief?.needed, now, summary, ...asked];
  const where = [repo, branch, worktree, owner, machine, kind, model, model && modelName(model), condition, pull];
  return [...new Set([...about, ...where])].filter(Boolean).join('\n');
};

/** A session is a new object each time that it changes: what stands in it is folded once, in each language. */
const folded = computed(() => ({ language: language.value, texts: new WeakMap<Session, string>() }));
const foldedWordsOf = (session: Session): string => {
  const { texts } = folded.value;
  const known = texts.get(session) ?? foldText(wordsOf(session));
  texts.set(session, known);
  return known;
};

/** `#41` on the way to `#418` finds it already, and `#41` alone what has that number. */
export const matches = (session: Session, query: string): boolean => {
  const text = foldedWordsOf(session);
  return wordsIn(query).every((word) => text.includes(word));
};

export const wordsIn = (query: string): string[] => foldText(query).split(/\s+/).filter(Boolean);
