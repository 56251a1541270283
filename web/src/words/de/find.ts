import type { find as english } from '../en/find.ts';
import type { Translated } from '../keys.ts';

export const find: Translated<typeof english> = {
  title: 'Session suchen',
  placeholder: 'Session, Branch, Person suchen …',
};
