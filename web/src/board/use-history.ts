import type { StatusChange } from '@crewboard/contract';
import { onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue';
import type { GatewayClient } from '../feed/gateway-client.ts';

export interface SessionHistory {
  /** The newest first; null until they were told once. Those last told stay while a newer answer fails. */
  changes: Readonly<Ref<readonly StatusChange[] | null>>;
  problem: Readonly<Ref<'gone' | 'unreachable' | null>>;
  /** Asks again. */
  reload(): void;
}

/** A session's history, asked for at once and again whenever `revision` becomes another. Answers out of turn are dropped. */
export const useHistory = (
  sessionId: string,
  revision: () => string,
  load: GatewayClient['history'],
): SessionHistory => {
  const changes = shallowRef<readonly StatusChange[] | null>(null);
  const problem = ref<'gone' | 'unreachable' | null>(null);
  let asking: AbortController | undefined;

  const reload = async (): Promise<void> => {
    asking?.abort();
    const own = new AbortController();
    asking = own;
    try {
      const history = await load(sessionId, own.signal);
      if (asking !== own) return;
      if (history) changes.value = history.toReversed();
      problem.value = history ? null : 'gone';
    } catch {
      if (asking === own) problem.value = 'unreachable';
    }
  };
  watch(revision, reload, { immediate: true });
  onScopeDispose(() => {
    asking?.abort();
    asking = undefined;
  });
  return { changes, problem, reload };
};
