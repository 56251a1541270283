import type { attention as english } from '../en/attention.ts';
import type { Translated } from '../keys.ts';

export const attention: Translated<typeof english> = {
  title: 'Wenn jemand gebraucht wird',
  button: 'Benachrichtigungen',
  on: 'an',
  off: 'aus',
  desktop: 'Benachrichtigung zeigen',
  sound: 'Kurzen Ton spielen',
  blocked: 'Der Browser blockiert Benachrichtigungen dieser Seite. Erlaube sie zuerst neben der Adresse.',
  impossible: 'Benachrichtigen kann nur ein Board, das über HTTPS oder auf diesem Rechner erreicht wird.',
  once: 'Für jedes einmal, in einem Tab, und nie, während du auf das Board schaust.',
  about: {
    title: 'Worüber',
    mine: 'Meine eigenen Sessions',
    repositories: 'Bestimmte Repositorys',
    all: 'Alle Sessions',
  },
  several: '{n} Session braucht jemanden | {n} Sessions brauchen jemanden',
};
