import type { common as english } from '../en/common.ts';
import type { Translated } from '../keys.ts';

export const common: Translated<typeof english> = {
  cancel: 'Abbrechen',
  close: 'Schließen',
  copy: 'Kopieren',
  copyIt: '{text} kopieren',
  copied: 'Kopiert',
  done: 'Erledigt: ',
  keep: 'Behalten',
  tryAgain: 'Noch einmal',
  unreachable: 'Das Board ist nicht erreichbar. Gleich noch einmal versuchen.',
  age: {
    seconds: '{n} s',
    minutes: '{n} min',
    hours: '{n} h',
    days: '{n} T',
  },
  ago: 'vor {age}',
  more: '{n} weitere',
};
