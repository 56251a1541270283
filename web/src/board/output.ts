import type { Session, StoryEntry } from '@crewboard/contract';
import { formatAge } from '../ui/age.ts';
import type { IconName } from '../ui/icons.ts';
import { t } from '../words/index.ts';

/** A glance, not a log: the details and the session's own page tell all. */
const MOST_LINES = 6;
/** What took less is not worth a figure, in ms. */
const LONG_MS = 1_000;

/** One line of what a session did lately. */
export interface OutputLine {
  at: number;
  who: 'person' | 'session' | 'tool' | 'note';
  icon: IconName | null;
  /** The tool's name, or what happened. */
  name: string | null;
  text: string;
  /** How long it took; null where it was short, or nobody knows. */
  took: string | null;
  isBad: boolean;
}

const lineOf = (entry: StoryEntry): OutputLine | null => {
  const line = { at: entry.at, icon: null, name: null, text: '', took: null, isBad: false } as const;
  switch (entry.kind) {
    case 'prompt':
      if (entry.text === '')
        return {
          ...line,
          who: 'note',
          name: t(entry.by === 'human' ? 'card.output.prompt' : 'card.output.promptByProgram'),
        };
      return { ...line, who: 'person', icon: 'open', text: entry.text };
    case 'reply':
      return entry.text === '' ? null : { ...line, who: 'session', text: entry.text };
    case 'tool': {
      const span = entry.startedAt === null ? 0 : entry.at - entry.startedAt;
      const tool = entry.tool || t('card.output.tool');
      return {
        ...line,
        who: 'tool',
        icon: entry.outcome === 'done' ? 'tick' : 'cross',
        name: entry.outcome === 'done' ? tool : t(`card.output.outcome.${entry.outcome}`, { tool }),
        text: entry.input,
        took: span >= LONG_MS ? formatAge(span) : null,
        isBad: entry.outcome === 'error',
      };
    }
    case 'turn':
      // That a turn is over, the card's column says.
      if (entry.how === 'done') return null;
      return {
        ...line,
        who: 'note',
        icon: entry.how === 'failed' ? 'warning' : 'stop',
        name: t(`card.output.${entry.how}`),
        text: entry.text,
        isBad: entry.how === 'failed',
      };
    case 'commit':
      return { ...line, who: 'note', icon: 'branch', name: t('card.output.commit'), text: entry.sha.slice(0, 8) };
    // Of the colleagues, and not of the session.
    case 'claim':
      return null;
  }
};

/** The latest lines of a session's story, the oldest first. What it does right now stands on its card already. */
export const latestOutput = (story: readonly StoryEntry[]): OutputLine[] =>
  story
    .slice(-MOST_LINES * 3)
    .flatMap((entry) => lineOf(entry) ?? [])
    .slice(-MOST_LINES);

/** Another text as soon as a session's story may have grown. */
export const storyRevision = ({ lastActivityAt, prompts, status }: Session): string =>
  `${lastActivityAt} ${prompts} ${status}`;
