import type { shell as english } from '../en/shell.ts';
import type { Translated } from '../keys.ts';

export const shell: Translated<typeof english> = {
  skip: 'Zum Inhalt',
  pages: 'Seiten',
  board: 'Board',
  machines: 'Rechner',
  notices: 'Hinweise',
  updated: 'Das Board wurde aktualisiert; diese Seite ist von vorher.',
  updatedTo: 'Das Board wurde auf {version} aktualisiert; diese Seite ist von vorher.',
  reload: 'Neu laden',
  connection: {
    connecting: 'Verbindet …',
    live: 'Live',
    offline: 'Nicht verbunden seit {time}.',
    unreadable: 'Der Server spricht eine andere Version als diese Seite. Seite neu laden.',
    trying: 'Neuer Versuch …',
    tryingIn: 'Neuer Versuch in {seconds} s.',
  },
  unreached: {
    title: 'Das Board ist nicht erreichbar',
    comesBack: 'Diese Seite versucht es von selbst weiter und zeigt das Board, sobald es antwortet.',
    nothingKept: 'Was auf dem Board stand, wird in diesem Browser nicht aufbewahrt.',
  },
  viewer: {
    title: 'Konto',
    signedInAs: 'Angemeldet als {name}',
    signOut: 'Abmelden',
    viewer: 'Betrachter: schaut zu',
    member: 'Mitglied: darf Rechner hinzufügen',
    admin: 'Admin: darf Rechner hinzufügen und sperren',
  },
};
