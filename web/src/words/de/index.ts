import type { Catalogue } from '../keys.ts';
import { attention } from './attention.ts';
import { board } from './board.ts';
import { card } from './card.ts';
import { commands } from './commands.ts';
import { common } from './common.ts';
import { find } from './find.ts';
import { firstRun } from './firstRun.ts';
import { machines } from './machines.ts';
import { notices } from './notices.ts';
import { palette } from './palette.ts';
import { queue } from './queue.ts';
import { session } from './session.ts';
import { sessionPage } from './sessionPage.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { signIn } from './signIn.ts';
import { status } from './status.ts';
import { today } from './today.ts';

export const de: Catalogue = {
  attention,
  board,
  card,
  commands,
  common,
  find,
  firstRun,
  machines,
  palette,
  notices,
  queue,
  session,
  sessionPage,
  settings,
  shell,
  signIn,
  status,
  today,
};
