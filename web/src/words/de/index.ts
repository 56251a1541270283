import type { Catalogue } from '../keys.ts';
import { board } from './board.ts';
import { common } from './common.ts';
import { settings } from './settings.ts';

export const de: Catalogue = { board, common, settings };
