import type { StatusChange } from '@crewboard/contract';
import { computed, type Ref } from 'vue';
import type { GatewayClient } from '../feed/gateway-client.ts';
import { type Asked, useAsked } from '../feed/use-asked.ts';

export interface SessionHistory extends Pick<Asked<unknown>, 'problem' | 'reload'> {
  /** The newest first; null until they were told once. */
  changes: Readonly<Ref<readonly StatusChange[] | null>>;
}

/** A session's history, asked for at once and again whenever `revision` becomes another. */
export const useHistory = (
  sessionId: string,
  revision: () => string,
  load: GatewayClient['history'],
): SessionHistory => {
  const { answer, problem, reload } = useAsked(revision, (signal) => load(sessionId, signal));
  return { changes: computed(() => answer.value?.toReversed() ?? null), problem, reload };
};
