import { type Board, emptyBoard, type FeedMessage, reduceBoardAll } from '@crewboard/contract';
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';

/** The board as the gateway told it, and nothing else. */
export const useBoardStore = defineStore('board', () => {
  /** Replaced, never mutated. */
  const board = shallowRef<Board>(emptyBoard);
  const sessions = computed(() => [...board.value.sessions.values()]);
  /** False until the first snapshot: nothing is known, which is not the same as nothing being there. */
  const isKnown = computed(() => board.value.offset !== null);
  const isEmpty = computed(() => isKnown.value && board.value.sessions.size === 0);
  const apply = (messages: readonly FeedMessage[]): void => {
    board.value = reduceBoardAll(board.value, messages);
  };
  const forget = (): void => {
    board.value = emptyBoard;
  };
  return { board, sessions, isKnown, isEmpty, apply, forget };
});
