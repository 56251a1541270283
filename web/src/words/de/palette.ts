import type { palette as english } from '../en/palette.ts';
import type { Translated } from '../keys.ts';

export const palette: Translated<typeof english> = {
  title: 'Befehle',
  placeholder: 'Session oder Befehl suchen…',
  recent: 'Zuletzt',
  needs: 'Braucht jemanden',
  sessions: 'Sessions',
  nothing: 'Nichts heißt so.',
  found: '{n} Treffer | {n} Treffer',
  help: {
    title: 'Tastenkürzel',
  },
};
