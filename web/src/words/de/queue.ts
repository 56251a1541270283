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
  claim: {
    take: 'Ich schaue nach',
    takeOver: 'Übernehmen',
    takeOverFrom: 'Von {name} übernehmen',
    release: 'Abgeben',
    mine: 'Du schaust nach',
    theirs: '{name} schaut nach',
    failed: 'Das kam nicht auf dem Board an. Noch einmal versuchen.',
    tooLate: 'Jemand anderes war schneller.',
  },
  snooze: {
    title: 'Später erinnern',
    quarter: 'In 15 Minuten',
    hour: 'In einer Stunde',
    change: 'Wenn sich etwas ändert',
    count: '{n} für später',
    wake: 'Wieder zeigen',
    untilChange: 'bis sich etwas ändert',
    for: 'noch',
  },
  go: {
    title: 'Dorthin',
    resume: 'Damit weitermachen',
    tmux: 'Der Platz in tmux',
    ssh: 'Die Maschine',
    open: 'In {editor} öffnen',
    copied: 'Kopiert: {command}',
    notCopied: 'Der Browser lässt diese Seite nichts kopieren.',
    copy: 'Den Weg dorthin kopieren',
    onMachine: 'Auf {machine}',
  },
};
