import type { queue as english } from '../en/queue.ts';
import type { Translated } from '../keys.ts';

export const queue: Translated<typeof english> = {
  title: 'Braucht jemanden',
  andMore: 'und {n} weitere',
  askedFor: '{place} · für {agent}',
  nobody: 'Niemanden. Jede Session kommt allein zurecht.',
  nobodyHere: 'Von diesen niemanden.',
  news: {
    approval: '{who} braucht eine Freigabe: {tool}',
    person: '{who} braucht jemanden: {what}',
    several: '{n} Session braucht jemanden | {n} Sessions brauchen jemanden',
  },
  elsewhere: '{n} weitere außerhalb des Filters',
};
