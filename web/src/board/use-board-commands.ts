import { computed } from 'vue';
import { useRouter } from 'vue-router';
import { useCommands, useCommandsStore, useOpenSession, useSessionActions } from '../keys/commands.ts';
import { useQueueFocus } from '../keys/use-queue-focus.ts';
import { useQueueStore } from '../stores/queue.ts';
import { useViewStore } from '../stores/view.ts';
import { t } from '../words/index.ts';
import { pageOf } from './board-links.ts';
import type { Choices } from './filter.ts';
import { viewCommands } from './view-commands.ts';

export interface BoardDoings {
  /** Brings a session's card into sight and gives it the focus. */
  show: (sessionId: string) => unknown;
  toggleDetails: (sessionId: string) => void;
  choices: () => Choices;
  isNarrow: () => boolean;
}

/** Tells keys and palette what can be done with the board and with a session on it, for as long as the board is there. */
export const useBoardCommands = ({ show, toggleDetails, choices, isNarrow }: BoardDoings): void => {
  const queue = useQueueStore();
  const registry = useCommandsStore();
  const router = useRouter();
  const view = useViewStore();

  /** The queue from the session in hand on, or from its start. */
  const showNext = (): void => {
    const at = queue.shown.findIndex(({ session }) => session.sessionId === registry.inHand()?.sessionId);
    const next = queue.shown[at + 1] ?? queue.shown[0];
    if (next) show(next.session.sessionId);
  };
  useQueueFocus(() => queue.shown.map(({ session }) => session.sessionId));
  useCommands(computed(() => viewCommands(view, choices(), isNarrow())));
  useCommands([
    {
      id: 'move.next',
      section: 'move',
      words: () => t('commands.next'),
      keys: ['n'],
      isPossible: () => queue.shown.length > 0,
      run: showNext,
    },
  ]);
  useOpenSession(() => view.openId);
  useSessionActions([
    { id: 'show', icon: 'search', words: () => t('commands.show'), run: ({ sessionId }) => show(sessionId) },
    {
      id: 'details',
      icon: 'why',
      words: () => t('commands.details'),
      keys: ['Enter'],
      run: ({ sessionId }) => toggleDetails(sessionId),
    },
    {
      id: 'page',
      icon: 'open',
      words: () => t('sessionPage.open'),
      keys: ['o'],
      run: ({ sessionId }) => router.push(pageOf(sessionId)),
    },
  ]);
};
