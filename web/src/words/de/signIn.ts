import type { signIn as english } from '../en/signIn.ts';
import type { Translated } from '../keys.ts';

export const signIn: Translated<typeof english> = {
  title: 'Am Board anmelden',
  pageTitle: 'Anmelden · Crewboard',
  continueWith: 'Weiter mit {provider}',
  or: 'oder',
  yourName: 'Name',
  nameHint: 'So heißt man dann auf dem Board.',
  password: 'Passwort des Boards',
  signIn: 'Anmelden',
  signingIn: 'Anmeldung läuft …',
  notAPassword: 'Das ist kein Passwort dieses Boards.',
  wait: 'Zu viele Versuche. Noch {seconds} s warten.',
  problem: {
    not_allowed:
      'Die Anmeldung dort gelang, aber dieses Board lässt andere herein. Wer das Board betreibt, kann das ändern.',
    expired: 'Das dauerte zu lange oder begann in einem anderen Browser. Noch einmal versuchen.',
    failed: 'Die Anmeldung ging gerade nicht. Gleich noch einmal versuchen.',
  },
};
