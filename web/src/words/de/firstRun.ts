import type { firstRun as english } from '../en/firstRun.ts';
import type { Translated } from '../keys.ts';

export const firstRun: Translated<typeof english> = {
  title: 'Noch keine Sessions',
  connected: 'Diese Seite ist mit dem Board verbunden.',
  notConnected: 'Diese Seite ist noch nicht mit dem Board verbunden.',
  machinesReport: '{n} Rechner meldet an das Board. | {n} Rechner melden an das Board.',
  letAMachineJoin: 'Einen Rechner beitreten lassen: eine Zeile, dort einzufügen.',
  noMachine: 'Noch ist kein Rechner beigetreten. Ein Mitglied oder Admin dieses Boards kann einen hinzufügen.',
  startThere: 'Dort eine Session starten, in einem beliebigen Repository:',
  startHere: 'Eine in einem beliebigen Repository starten:',
  itShowsUp: 'Sie erscheint hier von selbst, einen Moment später.',
};
