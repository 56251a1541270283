import type { Condition, Session } from '@crewboard/contract';
import type { IconName } from '../ui/icons.ts';
import { t } from '../words/index.ts';

type Kind = Condition['kind'];

interface Look {
  icon: IconName;
  isBad?: boolean;
}

/** A mark for each, beside its word: no two look alike without their colours. */
export const CONDITION_LOOKS: Record<Kind, Look> = {
  interrupted: { icon: 'stop' },
  failed: { icon: 'warning', isBad: true },
  retrying: { icon: 'retry' },
  compacting: { icon: 'compact' },
  background_agents: { icon: 'fork' },
  background_shell: { icon: 'shell' },
  closed: { icon: 'power' },
  crashed: { icon: 'bolt', isBad: true },
  moved_on: { icon: 'onward' },
  offline: { icon: 'offline' },
  unknown: { icon: 'question' },
};

/** Nobody knows what such a session does at the moment. It must not look like work. */
const OUT_OF_SIGHT: readonly Kind[] = ['offline', 'unknown', 'crashed'];

export const isOutOfSight = ({ condition }: Pick<Session, 'condition'>): boolean =>
  condition !== null && OUT_OF_SIGHT.includes(condition.kind);

/** Those whose sentence tells more than their word, on a card too. */
const WITH_REASON: readonly Kind[] = ['failed', 'retrying'];

/** What a card says of its condition beside the word: `code` is something that runs, `silentSince` a machine's last sign. */
export interface ShownCondition extends Look {
  word: string;
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
    word: t(`status.condition.${kind}`),
    kind,
    says,
    reason: WITH_REASON.includes(kind) ? says : null,
    code: kind === 'background_shell' && commands.length > 0 ? commands.join(' · ') : null,
    silentSince: kind === 'offline' ? since : null,
  };
};
