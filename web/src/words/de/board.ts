import type { board as english } from '../en/board.ts';
import type { Translated } from '../keys.ts';

export const board: Translated<typeof english> = {
  title: 'Board',
  sessions: '{n} Session | {n} Sessions',
  untitled: 'Session ohne Titel',
  nothingMatches: 'Keine Session passt dazu.',
  nothingHere: 'Hier ist gerade keine Session.',
  column: 'Spalte',
  onlyTitles: 'Nur Titel',
  showCards: 'Karten zeigen',
  showOnBoard: 'Auf dem Board zeigen',
  showDetails: 'Details zeigen',
  lane: {
    all: 'Alle Sessions',
    nameless: 'Ohne Namen',
    people: '{n} Person | {n} Personen',
    machines: '{n} Rechner | {n} Rechner',
    repositories: '{n} Repository | {n} Repositorys',
    pullRequests: '{n} Pull Request | {n} Pull Requests',
    offlineFor: 'Seit {age} offline',
  },
  grouping: {
    title: 'Gruppieren nach',
    repository: 'Repository',
    person: 'Person',
    machine: 'Rechner',
    none: 'Nichts',
  },
  filter: {
    title: 'Filter',
    legend: 'Was das Board zeigt',
    person: 'Person',
    machine: 'Rechner',
    repository: 'Repository',
    remove: '{facet}: {value}. Entfernen',
    clear: 'Zurücksetzen',
    find: 'Filter suchen',
    placeholder: 'Person, Rechner, Repository suchen …',
    nothing: 'Nichts heißt so.',
  },
  private: {
    title: 'Private Sessions',
    count: '{n} private Session | {n} private Sessions',
  },
};
