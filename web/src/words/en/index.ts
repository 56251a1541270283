import { board } from './board.ts';
import { common } from './common.ts';
import { settings } from './settings.ts';

/** Every string that a person sees on the page, by area. English is where a string begins; the others follow its keys. */
export const en = { board, common, settings } as const;
