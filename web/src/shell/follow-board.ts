import { MACHINE_REPORT_MS } from '@crewboard/contract';
import { watch } from 'vue';
import { createBatch } from '../feed/batch.ts';
import { type ConnectionState, connectFeed } from '../feed/connect.ts';
import type { GatewayClient } from '../feed/gateway-client.ts';
import { pollWhileVisible } from '../feed/poll.ts';
import { onWake } from '../feed/wake.ts';
import { useBoardStore } from '../stores/board.ts';
import { useConnectionStore } from '../stores/connection.ts';
import { useMachinesStore } from '../stores/machines.ts';
import { useNoticesStore } from '../stores/notices.ts';
import { useTodayStore } from '../stores/today.ts';
import { useViewStore } from '../stores/view.ts';
import { useViewerStore } from '../stores/viewer.ts';

/** A gateway that does not say who looks is asked again after so long, in ms. */
const ASK_AGAIN_MS = 3_000;
const PATIENCE_MS = 10_000;
const NOTICES_MS = 60_000;
const TODAY_MS = 60_000;

const feedAddress = (after: string | null): string => {
  const address = new URL('/api/feed', location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  if (after) address.searchParams.set('after', after);
  return address.href;
};

/**
 * Asks who looks, and tells the stores all that the gateway has to say for as long as they may look. With the end of a
 * sign-in everything that was told is forgotten. Goes on as long as the page is there.
 */
export const followBoard = (gateway: GatewayClient): void => {
  const board = useBoardStore();
  const machines = useMachinesStore();
  const notices = useNoticesStore();
  const today = useTodayStore();
  const connection = useConnectionStore();
  const view = useViewStore();
  const viewer = useViewerStore();

  const askWhoLooks = async (): Promise<void> => {
    try {
      viewer.hear(await gateway.viewer(AbortSignal.timeout(PATIENCE_MS)));
    } catch {
      // Whoever is told already is asked about again when the feed is back.
      if (viewer.answer !== null) return;
      connection.becomeLost(Date.now() + ASK_AGAIN_MS);
      setTimeout(askWhoLooks, ASK_AGAIN_MS);
    }
  };

  const onState = (state: ConnectionState): void => {
    const before = connection.state.kind;
    connection.become(state);
    // A refused feed looks like a lost one; and behind one that is back may be another version of the board.
    const isOver = before === 'live' && state.kind === 'offline';
    if (isOver || (before === 'offline' && state.kind === 'live')) askWhoLooks();
  };
  const begin = (): (() => void) => {
    const feed = connectFeed({
      address: feedAddress,
      onMessage: createBatch(board.apply),
      onState,
      onSignedOut: viewer.lose,
    });
    const endings = [
      feed.close,
      onWake(feed.check),
      pollWhileVisible({ ask: gateway.machines, onAnswer: machines.hear, everyMs: MACHINE_REPORT_MS }),
      pollWhileVisible({ ask: gateway.notices, onAnswer: notices.hear, everyMs: NOTICES_MS }),
      pollWhileVisible({ ask: gateway.today, onAnswer: today.hear, everyMs: TODAY_MS }),
    ];
    return () => {
      for (const end of endings) end();
      board.forget();
      machines.forget();
      notices.forget();
      today.forget();
      connection.become({ kind: 'connecting', since: Date.now() });
      view.openId = null;
    };
  };

  watch(
    () => viewer.viewer !== null,
    (mayLook, _before, onCleanup) => {
      if (mayLook) onCleanup(begin());
    },
    { immediate: true },
  );
  askWhoLooks();
};
