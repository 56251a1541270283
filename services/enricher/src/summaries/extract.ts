import type { Ask, Card, StoryEntry } from '@crewboard/contract';
import { plainLine } from './text.ts';

/** What a summary says of a session. Plain lines: nothing in them is markup. */
export interface Said {
  /** What the session is for; null where nobody said. */
  goal: string | null;
  /** What it does, or did last. */
  doing: string;
  /** What an open ask needs of a person; null while nothing is asked. */
  needed: string | null;
}

export const GOAL_MAX = 200;
export const DOING_MAX = 300;
export const NEEDED_MAX = 300;

/** The end of a sentence: a mark behind which a new one begins. */
const SENTENCE_END = /(?<=[.!?…])\s+(?=\p{Lu}|\p{N}|["“‘(])/u;

/** What marks text up and says nothing: code blocks, bold, code. */
const FENCED = /```[\s\S]*?(?:```|$)/g;
const EMPHASIS = /\*\*|`/g;

/** A sentence shorter than this says too little alone: the one before comes with it. */
const TELLING_CHARS = 24;

/** Without a model: the session's own words. `undefined` where it has said nothing yet. */
export const extractSummary = (card: Card, story: readonly StoryEntry[]): Said | undefined => {
  const doing = lastWords(story) ?? card.now ?? null;
  const goal = card.goal ?? (card.title || null);
  if (doing === null && goal === null) return undefined;
  return {
    goal: goal === null ? null : plainLine(goal.trim().split('\n', 1)[0] ?? goal, GOAL_MAX),
    doing: plainLine(doing ?? card.title, DOING_MAX),
    needed: neededBy(card.asks[0]),
  };
};

/** The last sentence of the last reply: that is where one says what came of it. */
const lastWords = (story: readonly StoryEntry[]): string | undefined => {
  const reply = story.findLast((entry) => entry.kind === 'reply');
  if (reply?.kind !== 'reply') return undefined;
  const paragraphs = reply.text
    .replace(FENCED, '')
    .split(/\n+/)
    .map((line) =>
      line
        .replace(/^[#>*\-\s]+/, '')
        .replace(EMPHASIS, '')
        .trim(),
    );
  const last = paragraphs.findLast((paragraph) => paragraph !== '');
  const sentences = last?.split(SENTENCE_END) ?? [];
  const end = sentences.at(-1);
  const before = sentences.at(-2);
  return end !== undefined && end.length < TELLING_CHARS && before ? `${before} ${end}` : end;
};

const WANTS: Record<Ask['kind'], string> = {
  permission: 'Permission for',
  question: 'An answer to',
  plan: 'A yes to the plan',
  elicitation: 'Input for',
  dialog: 'An answer in the terminal',
};

export const neededBy = (ask: Ask | undefined): string | null => {
  if (!ask) return null;
  const what = ask.kind === 'question' ? ask.input : [ask.tool, ask.input].filter(Boolean).join(': ');
  return plainLine([WANTS[ask.kind], what].filter(Boolean).join(' '), NEEDED_MAX);
};
