import type { Session } from '@crewboard/contract';
import type { IconName } from '../ui/icons.ts';

/** What a mode of the client's permissions means for who watches. */
const MEANINGS: Record<string, string> = {
  default: 'asks before it acts',
  plan: 'plans only',
  acceptEdits: 'accepts edits',
  auto: 'a classifier decides',
  dontAsk: 'refuses what is not allowed',
  bypassPermissions: 'asks for nothing',
};

/** `plan: plans only`; an unknown mode as it is. */
export const permissionInWords = (mode: string): string => (MEANINGS[mode] ? `${mode}: ${MEANINGS[mode]}` : mode);

export interface ShownPermission {
  word: string;
  icon: IconName;
  /** Nobody is asked, whatever it does. */
  isUnguarded: boolean;
}

const SHOWN: Record<string, ShownPermission> = {
  plan: { word: 'plan mode', icon: 'plan', isUnguarded: false },
  acceptEdits: { word: 'accepts edits', icon: 'pencil', isUnguarded: false },
  bypassPermissions: { word: 'bypasses permissions', icon: 'warning', isUnguarded: true },
};

/** The mode where it makes a difference to who looks at the board: not the usual one, and not of what has ended. */
export const permissionOf = ({
  permissionMode,
  ended,
}: Pick<Session, 'permissionMode' | 'ended'>): ShownPermission | null =>
  ended || permissionMode === null ? null : (SHOWN[permissionMode] ?? null);
