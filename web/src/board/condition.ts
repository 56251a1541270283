import type { Condition, Session } from '@crewboard/contract';
import type { IconName } from '../ui/icons.ts';

type Kind = Condition['kind'];

interface Look {
  word: string;
  icon: IconName;
  isBad?: boolean;
}

/** A word and a mark for each: no two look alike without their colours. */
export const CONDITION_LOOKS: Record<Kind, Look> = {
  interrupted: { word: 'Interrupted', icon: 'stop' },
  failed: { word: 'Failed', icon: 'warning', isBad: true },
  retrying: { word: 'Retrying', icon: 'retry' },
  compacting: { word: 'Compacting', icon: 'compact' },
  background_agents: { word: 'Agents work on', icon: 'fork' },
  background_shell: { word: 'Shell runs on', icon: 'shell' },
  closed: { word: 'Closed', icon: 'power' },
  crashed: { word: 'Crashed', icon: 'bolt', isBad: true },
  moved_on: { word: 'Moved on', icon: 'onward' },
  offline: { word: 'Offline', icon: 'offline' },
  unknown: { word: 'Unknown', icon: 'question' },
};

/** Nobody knows what such a session does at the moment. It must not look like work. */
const OUT_OF_SIGHT: readonly Kind[] = ['offline', 'unknown', 'crashed'];

export const isOutOfSight = ({ condition }: Pick<Session, 'condition'>): boolean =>
  condition !== null && OUT_OF_SIGHT.includes(condition.kind);

/** Those whose sentence tells more than their word, on a card too. */
const WITH_REASON: readonly Kind[] = ['failed', 'retrying'];

/** What a card says of its condition beside the word: `code` is something that runs, `silentSince` a machine's last sign. */
export interface ShownCondition extends Look {
  kind: Kind;
  says: string;
  reason: string | null;
  code: string | null;
  silentSince: number | null;
}

export const conditionOf = ({ condition, backgroundShells }: Session): ShownCondition | null => {
  if (!condition) return null;
  const { kind, says, since } = condition;
  const commands = backgroundShells.flatMap(({ command }) => command ?? []);
  return {
    ...CONDITION_LOOKS[kind],
    kind,
    says,
    reason: WITH_REASON.includes(kind) ? says : null,
    code: kind === 'background_shell' && commands.length > 0 ? commands.join(' · ') : null,
    silentSince: kind === 'offline' ? since : null,
  };
};
