import { openNeeds, type Session, standingClaim } from '@crewboard/contract';
import { useSessionActions } from '../keys/commands.ts';
import { usePassingStore } from '../stores/passing.ts';
import { useQueueStore } from '../stores/queue.ts';
import { t } from '../words/index.ts';
import type { SnoozeLength } from './snooze.ts';
import { refusalInWords, useClaims } from './use-claim.ts';
import { useWays } from './use-ways.ts';

const SNOOZE_KEYS: Record<SnoozeLength, readonly string[]> = { quarter: ['s'], hour: [], change: [] };

/** What can be done with a session wherever it is in hand, by keys and from the palette. */
export const useQueueActions = (): void => {
  const queue = useQueueStore();
  const passing = usePassingStore();
  const { mayClaim, isMine, take, release } = useClaims();
  const waysOf = useWays();
  const canCopy = 'clipboard' in navigator && window.isSecureContext;
  const commandsOf = (session: Session) =>
    waysOf(session).flatMap((way) => (way.kind === 'editor' ? [] : [way.command]));
  /** The clipboard's last word on it: a browser may refuse. */
  const copy = async (command: string): Promise<void> => {
    const isCopied = await navigator.clipboard.writeText(command).then(
      () => true,
      () => false,
    );
    passing.say(isCopied ? t('queue.go.copied', { command }) : t('queue.go.notCopied'));
  };

  useSessionActions([
    {
      id: 'claim',
      icon: 'eye',
      words: (session) => {
        const claim = session && standingClaim(session);
        if (!session || !claim) return t('queue.claim.take');
        return isMine(session) ? t('queue.claim.release') : t('queue.claim.takeOverFrom', { name: claim.by });
      },
      keys: ['c'],
      isPossible: mayClaim,
      // What came of it, the board tells; of what did not, nothing else does.
      run: (session) =>
        (isMine(session) ? release(session) : take(session)).catch((error) => passing.say(refusalInWords(error))),
    },
    ...(Object.keys(SNOOZE_KEYS) as SnoozeLength[]).map((length) => ({
      id: `snooze-${length}`,
      icon: 'snooze' as const,
      words: () => `${t('queue.snooze.title')}: ${t(`queue.snooze.${length}`)}`,
      keys: SNOOZE_KEYS[length],
      isPossible: (session: Session) => openNeeds(session).length > 0 && !queue.isAsleep(session),
      run: (session: Session) => queue.snooze(session, length),
    })),
    {
      id: 'wake',
      icon: 'snooze',
      words: () => t('queue.snooze.wake'),
      keys: ['s'],
      isPossible: queue.isAsleep,
      run: queue.wake,
    },
    {
      id: 'copy-way',
      icon: 'copy',
      words: () => t('queue.go.copy'),
      keys: ['y'],
      isPossible: (session) => canCopy && commandsOf(session).length > 0,
      run: (session) => copy(commandsOf(session).at(-1) ?? ''),
    },
  ]);
};
