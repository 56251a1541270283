import type { today as english } from '../en/today.ts';
import type { Translated } from '../keys.ts';

export const today: Translated<typeof english> = {
  title: 'Heute',
  nav: 'Heute',
  line: 'Mittlere Wartezeit heute {span} · {n} beantwortet',
  head: {
    median: 'Mittlere Wartezeit',
    answered: 'Beantwortet',
    open: 'Jetzt offen',
    waited: 'Auf Menschen gewartet',
    cost: 'Kosten',
  },
  none: 'noch keine beantwortet',
  zone: 'Nach den Uhren von {zone}, Stand {at}',
  waitsByRepository: 'Gewartete Minuten nach Repository',
  waitsByAsk: 'Gewartete Minuten nach Art der Frage',
  hours: 'Arbeitende Sessions nach Stunde',
  hoursLabel: 'Arbeitende Sessions in jeder Stunde: höchstens {most}, um {at}',
  hour: 'Stunde',
  sessions: '{n} Session | {n} Sessions',
  asks: '{n} Frage | {n} Fragen',
  costs: 'Kosten nach Repository',
  costNote: 'Tokens mal Listenpreise.',
  costPartly: 'mindestens: auch ein Modell ohne Preis war dabei',
  others: 'Andere Repositories',
  table: 'Als Tabelle',
  empty: 'Heute ist noch nichts geschehen.',
  emptySays: 'Sobald eine Session arbeitet oder etwas fragt, stehen hier ihre Zahlen.',
  unreadable: 'Die Zahlen können gerade nicht gelesen werden. Jede Minute wird noch einmal gefragt.',
  reading: 'Wird gelesen …',
};
