import type { Session } from '@crewboard/contract';
import uFuzzy from '@leeoniya/ufuzzy';
import { wordsOf } from '../board/find.ts';
import { needOf } from '../board/needs.ts';
import { titleOf } from '../board/wording.ts';
import { type Command, isPossible, SECTIONS, type Section } from '../keys/command.ts';
import { foldText } from '../ui/fold-text.ts';
import { t } from '../words/index.ts';

/** A line of the palette. */
export interface Entry {
  /** Stays the same: what was used lately is remembered by it. */
  id: string;
  section: Section | 'sessions';
  label: string;
  /** By what else it is found. */
  words: string;
  keys?: string | undefined;
  session?: Session;
  /** The session needs a person. */
  isNeeding: boolean;
  run: () => unknown;
}

/** Entries under one head. */
export interface Group {
  title: string;
  entries: readonly Entry[];
}

const MOST_RECENT = 5;
const MOST_NEEDING = 5;
/** So many of one section are shown to whoever looks for something. */
const MOST_FOUND = 8;

const commandEntry = (command: Command): Entry => ({
  id: command.id,
  section: command.section,
  label: command.words(),
  words: t(`commands.section.${command.section}`),
  keys: command.keys?.[0],
  isNeeding: false,
  run: command.run,
});

export const sessionEntry = (session: Session, show: (session: Session) => unknown): Entry => ({
  id: `session:${session.sessionId}`,
  section: 'sessions',
  label: titleOf(session),
  words: wordsOf(session),
  session,
  isNeeding: needOf(session) !== null,
  run: () => show(session),
});

/** What the palette offers of all that can be done, the latest told first: each once, and nothing that is not possible now. */
export const commandEntries = (commands: readonly Command[]): Entry[] => {
  const seen = new Set<string>();
  return commands
    .filter((command) => {
      if (seen.has(command.id) || command.isInPalette === false || !isPossible(command)) return false;
      seen.add(command.id);
      return true;
    })
    .map(commandEntry)
    .reverse();
};

const headOf = (section: Entry['section']): string =>
  section === 'sessions' ? t('palette.sessions') : t(`commands.section.${section}`);

const bySection = (entries: readonly Entry[], inHand: string | null = null): Group[] => {
  const groups = new Map<Entry['section'], Entry[]>();
  for (const entry of entries) groups.set(entry.section, [...(groups.get(entry.section) ?? []), entry]);
  return Array.from(groups, ([section, own]) => ({
    title: section === 'session' && inHand ? inHand : headOf(section),
    entries: own,
  }));
};

/**
 * What is shown before anybody typed: what can be done with the session in hand, what was used lately, who needs a person,
 * and then all else that can be done.
 */
export const offered = (entries: readonly Entry[], recent: readonly string[], inHand: string | null): Group[] => {
  const lately = recent.flatMap((id) => entries.find((entry) => entry.id === id) ?? []).slice(0, MOST_RECENT);
  const others = entries.filter((entry) => !lately.includes(entry));
  const own = others.filter(({ section }) => section === 'session');
  const needing = others.filter(({ isNeeding }) => isNeeding).slice(0, MOST_NEEDING);
  const commands = SECTIONS.filter((section) => section !== 'session' && section !== 'filter').flatMap((section) =>
    others.filter((entry) => entry.section === section),
  );
  return [
    ...bySection(own, inHand),
    { title: t('palette.recent'), entries: lately },
    { title: t('palette.needs'), entries: needing },
    ...bySection(commands),
  ].filter(({ entries: some }) => some.length > 0);
};

const fuzzy = new uFuzzy({
  unicode: true,
  interSplit: "[^\\p{L}\\d']+",
  intraSplit: '\\p{Ll}\\p{Lu}',
  intraBound: '\\p{L}\\d|\\d\\p{L}|\\p{Ll}\\p{Lu}',
  intraChars: "[\\p{L}\\d']",
  intraContr: "'\\p{L}{1,2}\\b",
  // One slip in each word.
  intraMode: 1,
});
/** So many are put in order; of more than that there is nothing to choose from. */
const MOST_RANKED = 5_000;

/** What a query finds, the best section first, in it the best first; but a session that needs a person before all others. */
export const found = (entries: readonly Entry[], query: string): Group[] => {
  const hay = entries.map(({ label, words }) => foldText(`${label}\n${words}`));
  const [indexes, info, order] = fuzzy.search(hay, foldText(query), 1, MOST_RANKED);
  const ranked = info && order ? order.map((place) => info.idx[place]) : (indexes ?? []);
  const best = ranked.flatMap((index) => (index === undefined ? [] : (entries[index] ?? [])));
  return bySection(best).map(({ title, entries: own }) => ({
    title,
    entries: own.toSorted((a, b) => Number(b.isNeeding) - Number(a.isNeeding)).slice(0, MOST_FOUND),
  }));
};
