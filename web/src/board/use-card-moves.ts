import type { Status } from '@crewboard/contract';
import { computed, nextTick, shallowRef, watch } from 'vue';
import type { Command } from '../keys/command.ts';
import { useCommands } from '../keys/commands.ts';
import { type CardGrid, type Direction, firstsOf, heirOf, placeIn, stepFrom } from '../keys/moves.ts';
import { t } from '../words/index.ts';
import type { Lane } from './grouping.ts';
import { keptSet } from './kept.ts';

/** What of the board can be reached; `focusOn` brings a session into sight and gives it the focus. */
export interface MovableCards {
  lanes: () => readonly Lane[];
  columns: () => readonly Status[];
  focusOn: (sessionId: string) => unknown;
}

const focusedId = (): string | null =>
  document.activeElement?.closest<HTMLElement>('[data-session]')?.dataset.session ?? null;

/**
 * Goes from card to card by the keyboard. Tab stops once in a column: at the card that had the focus there last, or at the
 * first. The order is that of the data: what is out of sight need not be in the page.
 */
export const useCardMoves = ({ lanes, columns, focusOn }: MovableCards) => {
  const grid = computed<CardGrid>(() =>
    lanes().map((lane) => columns().map((status) => lane.columns[status].map(({ sessionId }) => sessionId))),
  );
  /** The card of each column that had the focus last, by the column's place. */
  const visited = shallowRef<readonly (string | undefined)[]>([]);
  const last = shallowRef<string | null>(null);
  const stops = computed<ReadonlySet<string | undefined>>((before) => {
    const places = visited.value.map((sessionId) => (sessionId ? placeIn(grid.value, sessionId) : null));
    const next = firstsOf(grid.value).map((first, column) =>
      places[column]?.column === column ? visited.value[column] : first,
    );
    return keptSet(before, new Set(next));
  });

  const onFocus = (): void => {
    const sessionId = focusedId();
    const place = sessionId === null ? null : placeIn(grid.value, sessionId);
    if (sessionId === null || !place) return;
    last.value = sessionId;
    visited.value = firstsOf(grid.value).map((_, column) =>
      column === place.column ? sessionId : visited.value[column],
    );
  };

  const step = (direction: Direction): void => {
    const next = stepFrom(grid.value, focusedId() ?? last.value, direction);
    if (next !== null) focusOn(next);
  };
  const move = (direction: Direction, letter: string, arrow: string): Command[] => {
    const told = {
      section: 'move',
      words: () => t(`commands.${direction}`),
      repeats: true,
      isInPalette: false,
      run: () => step(direction),
    } as const;
    return [
      { ...told, id: `move.${direction}`, keys: [letter] },
      // From elsewhere an arrow scrolls the page.
      { ...told, id: `move.${direction}.arrow`, keys: [arrow], isPossible: () => focusedId() !== null },
    ];
  };
  useCommands([
    ...move('down', 'j', 'ArrowDown'),
    ...move('up', 'k', 'ArrowUp'),
    ...move('left', 'h', 'ArrowLeft'),
    ...move('right', 'l', 'ArrowRight'),
  ]);

  // A card that goes leaves the focus to the next: nobody is thrown back to the start of the page.
  watch(grid, async (after, before) => {
    const sessionId = focusedId();
    if (sessionId === null || placeIn(after, sessionId) !== null) return;
    const heir = heirOf(before, after, sessionId);
    await nextTick();
    if (heir !== null && document.activeElement === document.body) focusOn(heir);
  });

  return { isStop: (sessionId: string): boolean => stops.value.has(sessionId), onFocus };
};
