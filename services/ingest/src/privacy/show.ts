import { createHmac } from 'node:crypto';
import type { PrivacyTier } from '@crewboard/contract';
import { cut } from './texts.ts';

/** A tier at which something is told. */
export type ToldTier = Exclude<PrivacyTier, 'private'>;

/** How the fields of an event are shown at one tier. Every text is masked already, and fits the contract. */
export interface Show {
  tier: ToldTier;
  /** What a person or the model said: nothing at `status`, its beginning at `summary`. */
  speech(text: string): string;
  /** One line of what is done, titles, descriptions: nothing at `status`. */
  preview(text: string): string;
  previewOrNull(text: string | null): string | null;
  /** A word of the client's own. At `status` one that is made of free text is left out. */
  word(text: string): string;
  wordOrNull(text: string | null): string | null;
  /** Names something within its session. At `status` one that a person may have chosen is told by its hash. */
  id(text: string): string;
  idOrNull(text: string | null): string | null;
  /** A repository's name; `isHashed`: no remote may stand beside it. */
  repository(name: string): { name: string; isHashed: boolean };
}

export interface ShowOptions {
  tier: ToldTier;
  /** Whether repositories have no names at `status`. */
  hashRepositories: boolean;
  /** Shared by all machines of a board, so that they name a repository alike. */
  repositorySalt: string;
  /** This machine's own: nobody else can tell what a hash stands for. */
  ownSalt: string;
  /** See {@link tilde}. */
  tilde: (text: string) => string;
}

/** About two lines on a card. */
const SPEECH_MAX = 160;

const WORD = /^[\w.:/[\]-]{1,100}$/;

/** Ids as the client and the model's API make them. */
const MACHINE_MADE = /^[0-9a-f-]{6,64}$|^(?:toolu|srvtoolu|msg|req)_[0-9A-Za-z]{12,64}$/;

export const createShow = (options: ShowOptions): Show => {
  const { tier, tilde, hashRepositories, repositorySalt, ownSalt } = options;
  const isStatus = tier === 'status';
  const preview = (text: string): string => (isStatus ? '' : tier === 'summary' ? tilde(text) : text);
  const word = (text: string): string => (!isStatus || WORD.test(text) ? text : '');
  const id = (text: string): string =>
    !isStatus || MACHINE_MADE.test(text) ? text : `id-${hashOf(text, ownSalt).slice(0, 12)}`;
  return {
    tier,
    speech: (text) => (tier === 'summary' ? cut(tilde(text), SPEECH_MAX) : preview(text)),
    preview,
    previewOrNull: (text) => (text === null || isStatus ? null : preview(text)),
    word,
    wordOrNull: (text) => (text === null ? null : word(text) || null),
    id,
    idOrNull: (text) => (text === null ? null : id(text)),
    repository: (name) =>
      isStatus && hashRepositories
        ? { name: `repo-${hashOf(name, repositorySalt).slice(0, 8)}`, isHashed: true }
        : { name, isHashed: false },
  };
};

const hashOf = (text: string, salt: string): string => createHmac('sha256', salt).update(text).digest('hex');

/** Shows a home folder as `~`, wherever it stands in a text, with either kind of slash. */
export const tilde = (home: string): ((text: string) => string) => {
  const parts = home.split(/[/\\]+/).filter((part) => part !== '');
  if (parts.length === 0) return (text) => text;
  const start = /^[/\\]/.test(home) ? '[/\\\\]{1,2}' : '';
  const path = parts.map((part) => part.replace(/[^\w]/g, '\\$&')).join('[/\\\\]{1,2}');
  const everywhere = new RegExp(`(?<![\\w.~])${start}${path}(?![\\w.-])`, process.platform === 'linux' ? 'g' : 'gi');
  return (text) => text.replace(everywhere, '~');
};
