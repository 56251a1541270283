import { expect, test } from 'vitest';
import { wordsIn } from './find.ts';
import { placesOf } from './found-marks.ts';

/** A text with what is marked in brackets. */
const marked = (text: string, query: string): string => {
  const places = placesOf(text, wordsIn(query)).sort((a, b) => b[0] - a[0]);
  return places.reduce((all, [from, to]) => `${all.slice(0, from)}[${all.slice(from, to)}]${all.slice(to)}`, text);
};

test.each([
  ['The Tail reader reads', 'rea', 'The Tail [rea]der [rea]ds'],
  ['Tail reader', 'READER tail', '[Tail] [reader]'],
  ['Tove Nyström', 'nystrom', 'Tove [Nyström]'],
  ['Cafe\u0301 noir', 'cafe', '[Cafe\u0301] noir'],
  ['Große Straße', 'strasse', 'Große [Straße]'],
  ['Größe', 'sse', 'Grö[ße]'],
  ['🦊 fox', 'fox', '🦊 [fox]'],
  ['nothing of it', 'zebra', 'nothing of it'],
])('in “%s”, “%s” is marked', (text, query, expected) => expect(marked(text, query)).toBe(expected));

test('nothing is marked where nothing is looked for', () => expect(placesOf('text', [])).toEqual([]));
