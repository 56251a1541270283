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

interface Shown {
  notification: Notification;
  /** What was needed when it was shown, by session. */
  keys: ReadonlyMap<string, readonly string[]>;
}

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
  const shown = new Set<Shown>();

  const show = (title: string, body: string, tag: string, needs: readonly Need[], sessionId: string | null): void => {
    const keys = new Map(needs.map(({ session }) => [session.sessionId, needKeys(session)]));
    try {
      const notification = new Notification(title, { body, tag });
      const one = { notification, keys };
      shown.add(one);
      notification.onclose = () => shown.delete(one);
      notification.onclick = () => {
        window.focus();
        notification.close();
        open(sessionId);
      };
    } catch {
      // Some browsers show none of a page.
    }
  };

  const showAll = (needs: readonly Need[]): void => {
    if (needs.length > MOST_AT_ONCE) {
      show(
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
      show(titleOf(session), body, `crewboard ${session.sessionId}`, [need], session.sessionId);
    }
  };

  const takeBack = (): void => {
    for (const one of shown) {
      const isDue = [...one.keys].some(([sessionId, keys]) => isStillDue(board.board.sessions.get(sessionId), keys));
      if (isDue) continue;
      one.notification.close();
      shown.delete(one);
    }
  };

  const step = async (): Promise<void> => {
    const looked = await isLookedAt();
    // A board that is not known, or not up to date, says nothing of what is over.
    if (!board.isKnown || connection.state.kind !== 'live') return;
    takeBack();
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
    if (desktop && 'Notification' in window && Notification.permission === 'granted') showAll(tell);
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
  const closeAll = (): void => {
    for (const { notification } of shown) notification.close();
  };
  window.addEventListener('pagehide', closeAll, { signal: ending.signal });
  onScopeDispose(() => {
    ending.abort();
    endLooking();
    closeAll();
    for (const stop of scope) stop();
  });
};
