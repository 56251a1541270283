import { aCard } from '@crewboard/contract/testing';
import { expect, it } from 'vitest';
import { cardText, changeText, rowText } from './card-text.ts';

const sessionId = 'a "quoted" ☃';
const card = aCard({ sessionId, title: 'Two\nlines' });

it('a row and its change are the JSON of what they are, to the byte', () => {
  const row = { sessionId, state: { clock: 1, finished: [['a', { at: 2 }]] }, card };
  expect(rowText(row)).toBe(JSON.stringify(row));
  const change = { type: 'CardChanged', sessionId, card } as const;
  expect(changeText(change)).toBe(JSON.stringify(change));
  const removal = { type: 'CardRemoved', sessionId } as const;
  expect(changeText(removal)).toBe(JSON.stringify(removal));
});

it('a card is turned into JSON once, and another card like it has its own', () => {
  const text = cardText(card);
  expect(cardText({ ...card, title: 'Another' })).not.toBe(text);
  expect(cardText({ ...card })).toBe(text);
});
