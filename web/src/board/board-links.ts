import { type InjectionKey, inject, provide, type Ref } from 'vue';

/** How a part of the board leads to another one, and what it has to know of the whole. */
export interface BoardLinks {
  /** The session whose details are open. */
  readonly openId: Readonly<Ref<string | null>>;
  /** Opens the details of a session, or closes them where they are open. */
  toggleDetails(sessionId: string): void;
  /** Brings a session's card into sight and gives it the focus. */
  show(sessionId: string): void;
  /** Whether Tab stops at the session's card: one of each column. */
  isStop(sessionId: string): boolean;
  /** The session that is about to come into sight: whoever folded it away unfolds it. */
  readonly wantedId: Readonly<Ref<string | null>>;
  /** What a session is called; null where it is not on the board. */
  nameOf(sessionId: string): string | null;
  /** Whether a person's sessions have to be told apart by their machines. */
  isOnSeveralMachines(owner: string): boolean;
  /** Whether cards take little room. */
  readonly isDense: Readonly<Ref<boolean>>;
}

/** Where the page of a session is. */
export const pageOf = (sessionId: string) => ({ name: 'session', params: { id: sessionId } }) as const;

const linksKey: InjectionKey<BoardLinks> = Symbol('links');

export const provideBoardLinks = (links: BoardLinks): void => provide(linksKey, links);

/** Throws where none were provided. */
export const useBoardLinks = (): BoardLinks => {
  const links = inject(linksKey);
  if (!links) throw new Error('no board links were provided');
  return links;
};
