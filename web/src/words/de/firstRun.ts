import type { firstRun as english } from '../en/firstRun.ts';
import type { Translated } from '../keys.ts';

export const firstRun: Translated<typeof english> = {
  title: 'Noch keine Sessions',
  notConnected: 'Diese Seite ist noch nicht mit dem Board verbunden.',
  machinesReport: '{n} Rechner meldet an das Board. | {n} Rechner melden an das Board.',
  thisReports: 'Dieser Rechner meldet, was seine Sessions tun.',
  notReporting: 'Dieser Rechner meldet noch nicht. Nach dem Start dauert es Sekunden.',
  letAMachineJoin: 'Einen Rechner beitreten lassen: eine Zeile, dort einzufügen.',
  noMachine:
    'Noch ist kein Rechner beigetreten. Ein Mitglied oder Admin dieses Boards um die Zeile bitten, die den eigenen einlässt.',
  hooksIn: 'Hooks sind eingerichtet: was gefragt wird, erscheint sofort. Rückgängig mit:',
  hooksOff: 'Hooks sind eingerichtet, laufen aber nicht: crewboard doctor sagt, warum.',
  hooksMissing: 'Mit Hooks sagt das Board auch, was gefragt wird; ohne sie nur, dass etwas gefragt wird. Freiwillig:',
  startThere: 'Dort eine Session starten, in einem beliebigen Repository:',
  startHere: 'Eine Session starten, in einem beliebigen Repository:',
  itShowsUp: 'Sie erscheint hier von selbst, einen Moment später.',
  stays: 'Alles bleibt auf diesem Rechner: nichts wird irgendwohin gesendet.',
  sent: 'Was Rechner senden: {tier}. Jeder darf weniger senden, je Repository und Pfad.',
  where: 'Was gesendet wird, je Rechner',
};
