import type { Session } from '@crewboard/contract';
import type { IconName } from '../ui/icons.ts';
import { t } from '../words/index.ts';

const MODES = ['default', 'plan', 'acceptEdits', 'auto', 'dontAsk', 'bypassPermissions'] as const;
type Mode = (typeof MODES)[number];

/** What a mode of the client's permissions means for who watches: `plan: plans only`; an unknown mode as it is. */
export const permissionInWords = (mode: string): string => {
  const known = MODES.find((one) => one === mode);
  return known ? `${mode}: ${t(`card.permissionIs.${known}`)}` : mode;
};

export interface ShownPermission {
  word: string;
  icon: IconName;
  /** Nobody is asked, whatever it does. */
  isUnguarded: boolean;
}

const ICONS = {
  plan: 'plan',
  acceptEdits: 'pencil',
  bypassPermissions: 'warning',
} as const satisfies Partial<Record<Mode, IconName>>;
const isShown = (mode: string): mode is keyof typeof ICONS => Object.hasOwn(ICONS, mode);

/** The mode where it makes a difference to who looks at the board: not the usual one, and not of what has ended. */
export const permissionOf = ({
  permissionMode,
  ended,
}: Pick<Session, 'permissionMode' | 'ended'>): ShownPermission | null => {
  if (ended || permissionMode === null || !isShown(permissionMode)) return null;
  return {
    word: t(`card.permission.${permissionMode}`),
    icon: ICONS[permissionMode],
    isUnguarded: permissionMode === 'bypassPermissions',
  };
};
