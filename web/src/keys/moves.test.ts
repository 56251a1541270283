import { describe, expect, test } from 'vitest';
import { type CardGrid, firstsOf, heirOf, stepFrom } from './moves.ts';

/** Two lanes of three columns; the second column of the first lane is empty. */
const GRID: CardGrid = [
  [['a1', 'a2'], [], ['c1']],
  [['a3'], ['b1', 'b2'], ['c2', 'c3']],
];

describe('a step', () => {
  test.each([
    ['a1', 'down', 'a2'],
    ['a2', 'down', 'a3'],
    ['a3', 'down', null],
    ['a3', 'up', 'a2'],
    ['a1', 'up', null],
    // Nobody is beside it in its own lane: into the nearest one.
    ['a2', 'right', 'b1'],
    ['b2', 'right', 'c3'],
    ['c3', 'left', 'b2'],
    ['b1', 'left', 'a3'],
    ['c1', 'left', 'b1'],
    ['c2', 'right', null],
  ] as const)('from %s %s leads to %s', (from, direction, to) => {
    expect(stepFrom(GRID, from, direction)).toBe(to);
  });

  test('from nowhere leads to the first of the board', () => {
    expect(stepFrom(GRID, null, 'down')).toBe('a1');
    expect(stepFrom(GRID, 'gone', 'left')).toBe('a1');
    expect(stepFrom([], null, 'down')).toBeNull();
  });
});

test('each column has a first card, or none', () => {
  expect(firstsOf(GRID)).toEqual(['a1', 'b1', 'c1']);
  expect(firstsOf([[[], ['b1']]])).toEqual([undefined, 'b1']);
});

test('who follows in the column has the place of a card that went, or else who stood before it', () => {
  const without = (...gone: string[]): CardGrid =>
    GRID.map((lane) => lane.map((cards) => cards.filter((card) => !gone.includes(card))));
  expect(heirOf(GRID, without('a2'), 'a2')).toBe('a3');
  expect(heirOf(GRID, without('a2', 'a3'), 'a3')).toBe('a1');
  expect(heirOf(GRID, without('b1', 'b2'), 'b1')).toBeNull();
});
