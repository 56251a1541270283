import type { Command } from '../keys/command.ts';
import type { useViewStore } from '../stores/view.ts';
import { t } from '../words/index.ts';
import { type Choices, FACETS, isFiltering, NO_FILTER, toggled } from './filter.ts';
import { COLUMNS, GROUPINGS } from './grouping.ts';
import { valueInWords } from './lane-wording.ts';

/** How one looks at the board, as commands. `isNarrow`: one column is shown at a time. */
export const viewCommands = (view: ReturnType<typeof useViewStore>, choices: Choices, isNarrow: boolean): Command[] => [
  {
    id: 'view.idle',
    section: 'view',
    words: () => t('commands.idle'),
    keys: ['i'],
    isPossible: () => !isNarrow,
    run: () => {
      view.isIdleOpen = !view.isIdleOpen;
    },
  },
  ...GROUPINGS.map(
    (grouping): Command => ({
      id: `view.by.${grouping}`,
      section: 'view',
      words: () => t('commands.groupBy', { grouping: t(`board.grouping.${grouping}`) }),
      isPossible: () => view.grouping !== grouping,
      run: () => {
        view.grouping = grouping;
      },
    }),
  ),
  ...COLUMNS.map(
    (status, index): Command => ({
      id: `view.column.${status}`,
      section: 'view',
      words: () => t('commands.column', { column: t(`status.${status}`) }),
      keys: [`${index + 1}`],
      isPossible: () => isNarrow,
      run: () => {
        view.pickedColumn = status;
      },
    }),
  ),
  {
    id: 'filter.clear',
    section: 'filter',
    words: () => t('commands.clearFilter'),
    isPossible: () => isFiltering(view.filter),
    run: () => {
      view.filter = NO_FILTER;
    },
  },
  ...FACETS.flatMap((facet) =>
    choices[facet].map(({ value }): Command => {
      const isPicked = view.filter[facet].includes(value);
      const told = { facet: t(`board.filter.${facet}`), value: valueInWords(facet, value) };
      return {
        id: `filter.${facet}.${value}`,
        section: 'filter',
        words: () => (isPicked ? t('commands.notOnly', told) : t('commands.only', told)),
        run: () => {
          view.filter = toggled(view.filter, facet, value);
        },
      };
    }),
  ),
];
