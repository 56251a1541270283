import type { Session } from '@crewboard/contract';
import type { IconName } from '../ui/icons.ts';

/** What the help and the palette put together, in this order. */
export const SECTIONS = ['session', 'move', 'find', 'filter', 'view', 'go', 'settings', 'help'] as const;
export type Section = (typeof SECTIONS)[number];

/** Something that a person can do on the page: by its keys, and from the palette. */
export interface Command {
  /** Stays the same from build to build: what was used lately is remembered by it. Of two with one id the later one holds. */
  id: string;
  section: Section;
  /** What it is called in the person's language; read when it is shown. */
  words: () => string;
  /**
   * The ways to call it, the first one shown. As tinykeys writes them: `$mod+k`, `g b` one after the other, `[Shift]+/` for
   * a character that needs Shift on some keyboards.
   */
  keys?: readonly string[];
  /** Absent: always. What is not possible now has no keys and does not stand in the palette. */
  isPossible?: () => boolean;
  /** True for what goes on for as long as the key is held down. */
  repeats?: boolean;
  /** False for what makes no sense without its key: the palette leaves it out. */
  isInPalette?: boolean;
  run: () => unknown;
}

/** Something that a person can do with a session, from wherever they see it: card, queue, details, palette, keyboard. */
export interface SessionAction {
  id: string;
  icon: IconName;
  /** Without a session: what it is called in general, in the help. */
  words: (session?: Session) => string;
  keys?: readonly string[];
  isPossible?: (session: Session) => boolean;
  run: (session: Session) => unknown;
}

export const isPossible = ({ isPossible: may }: Command): boolean => may?.() ?? true;

/** The action as a command on whichever session is in hand at the moment. */
export const onSessionInHand = (action: SessionAction, inHand: () => Session | undefined): Command => ({
  id: `session.${action.id}`,
  section: 'session',
  words: () => action.words(inHand()),
  keys: action.keys ?? [],
  isPossible: () => {
    const session = inHand();
    return session !== undefined && (action.isPossible?.(session) ?? true);
  },
  run: () => {
    const session = inHand();
    if (session) return action.run(session);
  },
});
