import { onScopeDispose, watch } from 'vue';
import { z } from 'zod';
import type { Need } from '../board/needs.ts';
import { titleOf } from '../board/wording.ts';
import { useBoardStore } from '../stores/board.ts';
import { useConnectionStore } from '../stores/connection.ts';
import { usePreferencesStore } from '../stores/preferences.ts';
import { useQueueStore } from '../stores/queue.ts';
import { useViewerStore } from '../stores/viewer.ts';
import { t } from '../words/index.ts';
import { createNotifications } from './notifications.ts';
import { playSound } from './sound.ts';
import { canTell, isLookedAt, lead, tellLooking } from './tabs.ts';
import { isStillDue, needKeys, nextTelling } from './telling.ts';

/** Outlives the tab: the next one goes on from there. */
const TOLD_AT = 'crewboard-told';
/** More than so many at once are told as one. */
const MOST_AT_ONCE = 3;
const BODY_CHARS = 160;

const readTold = (): string[] => {
  try {
    return z.array(z.string()).parse(JSON.parse(localStorage.getItem(TOLD_AT) ?? '[]'));
  } catch {
    return [];
  }
};

/**
 * Notifications and a sound for who needs a person, as the viewer chose: in one tab of this browser for all of them. `open`
 * leads to a session, or to the board for `null`.
 */
export const useTelling = (open: (sessionId: string | null) => void): void => {
  if (!canTell()) return;
  const board = useBoardStore();
  const connection = useConnectionStore();
  const preferences = usePreferencesStore();
  const queue = useQueueStore();
  const viewer = useViewerStore();
  const ending = new AbortController();
  const notifications = createNotifications(open);

  const show = (title: string, body: string, tag: string, needs: readonly Need[], sessionId: string | null) =>
    notifications.show({
      title,
      body,
      tag,
      sessionId,
      needs: Object.fromEntries(needs.map(({ session }) => [session.sessionId, needKeys(session)])),
    });

  const showAll = async (needs: readonly Need[]): Promise<void> => {
    if (needs.length > MOST_AT_ONCE) {
      await show(
        t('attention.several', { n: needs.length }),
        needs.map(({ session }) => titleOf(session)).join('\n'),
        'crewboard',
        needs,
        null,
      );
      return;
    }
    for (const need of needs) {
      const { session, ask } = need;
      const what = [ask.kind, ask.detail].filter(Boolean).join(' · ');
      const body = [what, ask.text, session.repo].filter(Boolean).join('\n').slice(0, BODY_CHARS);
      await show(titleOf(session), body, `crewboard ${session.sessionId}`, [need], session.sessionId);
    }
  };

  const takeBack = (): Promise<void> =>
    notifications.closeWhere((needs) =>
      Object.entries(needs).every(([sessionId, keys]) => !isStillDue(board.board.sessions.get(sessionId), keys)),
    );

  const step = async (): Promise<void> => {
    const looked = await isLookedAt();
    // A board that is not known, or not up to date, says nothing of what is over.
    if (!board.isKnown || connection.state.kind !== 'live') return;
    await takeBack();
    const { desktop, sound, about, repositories } = preferences.attention;
    const before = readTold();
    const { tell, told } = nextTelling({
      needs: queue.awake,
      open: board.sessions.flatMap(needKeys),
      told: before,
      choice: { about, repositories },
      ownName: viewer.ownName,
      isLookedAt: looked,
    });
    if (told.length !== before.length || told.at(-1) !== before.at(-1))
      localStorage.setItem(TOLD_AT, JSON.stringify(told));
    if (tell.length === 0) return;
    if (desktop && 'Notification' in window && Notification.permission === 'granted') {
      // Some browsers show none of a page.
      await showAll(tell).catch(() => undefined);
    }
    if (sound) await playSound().catch(() => undefined);
  };

  /** One after the other; what comes meanwhile is looked at once, behind it. */
  let running: Promise<void> | undefined;
  let isDueAgain = false;
  const look = (): void => {
    if (running) {
      isDueAgain = true;
      return;
    }
    running = step()
      .catch(() => undefined)
      .then(() => {
        running = undefined;
        if (isDueAgain) {
          isDueAgain = false;
          look();
        }
      });
  };

  /** Changes where anything that matters here does. */
  const picture = () =>
    [
      connection.state.kind,
      ...queue.awake.map(({ session }) => `${needKeys(session).join()} ${session.claim?.by ?? ''}`),
    ].join('\n');
  const endLooking = tellLooking();
  const scope: (() => void)[] = [];
  lead(ending.signal, () => scope.push(watch(picture, look, { immediate: true })));
  window.addEventListener('pagehide', notifications.leave, { signal: ending.signal });
  // Whoever signed out leaves nothing of the board on the screen.
  watch(
    () => viewer.isSignedOut,
    (isSignedOut) => isSignedOut && notifications.closeWhere(() => true),
  );
  onScopeDispose(() => {
    ending.abort();
    endLooking();
    notifications.end();
    for (const stop of scope) stop();
  });
};
