import type { BoardChange, Card } from '@crewboard/contract';
import type { RowToSave } from './event-log.ts';

const texts = new WeakMap<Card, string>();

/** A card as JSON: made once, for it stands in a row and in a change, and is compared with the one before. A card is never changed in place. */
export const cardText = (card: Card): string => {
  const known = texts.get(card);
  if (known !== undefined) return known;
  const text = JSON.stringify(card);
  texts.set(card, text);
  return text;
};

/** What `JSON.stringify` makes of a row. */
export const rowText = ({ sessionId, state, stateText = JSON.stringify(state ?? null), card }: RowToSave): string =>
  `{"sessionId":${JSON.stringify(sessionId)},"state":${stateText},"card":${cardText(card)}}`;

/** What `JSON.stringify` makes of a change. */
export const changeText = (change: BoardChange): string =>
  change.type === 'CardChanged'
    ? `{"type":"CardChanged","sessionId":${JSON.stringify(change.sessionId)},"card":${cardText(change.card)}}`
    : JSON.stringify(change);
