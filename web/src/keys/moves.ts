/** The sessions on the board as an eye sees them: the lanes from above, in each the columns from the left, in each the cards from above. */
export type CardGrid = readonly (readonly (readonly string[])[])[];

export type Direction = 'up' | 'down' | 'left' | 'right';

interface Place {
  lane: number;
  column: number;
  card: number;
}

export const placeIn = (grid: CardGrid, sessionId: string): Place | null => {
  for (const [lane, columns] of grid.entries()) {
    for (const [column, cards] of columns.entries()) {
      const card = cards.indexOf(sessionId);
      if (card >= 0) return { lane, column, card };
    }
  }
  return null;
};

/** All of a column, through the lanes. */
const columnOf = (grid: CardGrid, column: number): readonly string[] => grid.flatMap((lane) => lane[column] ?? []);

const columnsIn = (grid: CardGrid): number => Math.max(0, ...grid.map(({ length }) => length));

/** The first of each column that has any. */
export const firstsOf = (grid: CardGrid): readonly (string | undefined)[] =>
  Array.from({ length: columnsIn(grid) }, (_, column) => columnOf(grid, column)[0]);

/** Beside a card: as far down in its own lane, or else in the nearest that has any in that column. */
const beside = (grid: CardGrid, { lane, column, card }: Place, step: 1 | -1): string | null => {
  for (let other = column + step; other >= 0 && other < columnsIn(grid); other += step) {
    const [nearest] = grid
      .map((columns, index) => ({ cards: columns[other] ?? [], far: Math.abs(index - lane) }))
      .filter(({ cards }) => cards.length > 0)
      .sort((a, b) => a.far - b.far);
    if (nearest) return nearest.cards[nearest.far === 0 ? Math.min(card, nearest.cards.length - 1) : 0] ?? null;
  }
  return null;
};

/** Where a step leads from a session; from nowhere, or one that is gone, to the first of the board. Null at the edge. */
export const stepFrom = (grid: CardGrid, from: string | null, direction: Direction): string | null => {
  const place = from === null ? null : placeIn(grid, from);
  if (!place) return firstsOf(grid).find((first) => first !== undefined) ?? null;
  if (direction === 'left' || direction === 'right') return beside(grid, place, direction === 'left' ? -1 : 1);
  const cards = columnOf(grid, place.column);
  return cards[cards.indexOf(from ?? '') + (direction === 'up' ? -1 : 1)] ?? null;
};

/** Who has the place of a session that has gone: the one that followed it in its column, or else the one before. */
export const heirOf = (before: CardGrid, after: CardGrid, gone: string): string | null => {
  const place = placeIn(before, gone);
  if (!place) return null;
  const cards = columnOf(before, place.column);
  const at = cards.indexOf(gone);
  const isHere = (sessionId: string): boolean => placeIn(after, sessionId) !== null;
  return cards.slice(at + 1).find(isHere) ?? cards.slice(0, at).findLast(isHere) ?? null;
};
