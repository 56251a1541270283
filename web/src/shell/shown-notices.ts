import type { Notice } from '@crewboard/contract';
import { findingInWords } from '../machines/findings.ts';
import type { ShownMachine } from '../machines/machine-state.ts';
import { t } from '../words/index.ts';

/** One line about what the board does without, or what a machine needs. */
export interface ShownNotice {
  /** Another as soon as it says something else: what was put away comes back then. */
  id: string;
  level: Notice['level'];
  says: string;
  /** What to run about it; null where nothing can be run. */
  command: string | null;
  isDismissible: boolean;
}

export interface Situation {
  notices: readonly Notice[];
  machines: readonly ShownMachine[];
  /** Who looks; null where all machines are theirs. */
  person: string | null;
  hasSessions: boolean;
  /** Ids of those that were put away. */
  dismissed: readonly string[];
}

export const INSTALL_HOOKS = 'npx crewboard hooks install';
export const REMOVE_HOOKS = 'npx crewboard hooks remove';
const DOCTOR = 'npx crewboard doctor';

/** The board's own first, then what a person's machines need; a machine that is not heard needs to be heard first. */
export const shownNotices = ({ notices, machines, person, hasSessions, dismissed }: Situation): ShownNotice[] => {
  const own = machines.filter(({ isOffline, owner }) => !isOffline && (person === null || owner === person));
  const told = notices.map(
    ({ subject, level, says }): ShownNotice => ({ id: subject, level, says, command: null, isDismissible: false }),
  );
  const found = own.flatMap((machine) => foundOn(machine, person === null) ?? []);
  const hinted = hasSessions ? own.flatMap((machine) => hooksHint(machine) ?? []) : [];
  return [...told, ...found, ...hinted].filter(({ id, isDismissible }) => !isDismissible || !dismissed.includes(id));
};

const foundOn = ({ machine, findings }: ShownMachine, isOnlyOne: boolean): ShownNotice | null => {
  const [first, ...others] = findings;
  if (first === undefined) return null;
  const sentence = findingInWords(first);
  const says = others.length > 0 ? t('notices.more', { says: sentence, n: others.length }) : sentence;
  return {
    id: `findings ${machine} ${findings.toSorted().join()}`,
    // Before the first session that is how it has to be.
    level: first === 'claude_folder_missing' ? 'info' : 'warning',
    says: isOnlyOne ? says : t('notices.onMachine', { machine, says }),
    command: first === 'hooks_partly' && others.length === 0 ? INSTALL_HOOKS : DOCTOR,
    isDismissible: true,
  };
};

const hooksHint = ({ machine, hooks }: ShownMachine): ShownNotice | null =>
  hooks === 'no'
    ? {
        id: `hooks ${machine}`,
        level: 'info',
        says: t('notices.hooks', { machine }),
        command: INSTALL_HOOKS,
        isDismissible: true,
      }
    : null;
