import { onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue';

export interface Asked<Answer> {
  /** Null until there was one. The last one stays while a newer one fails. */
  answer: Readonly<Ref<Answer | null>>;
  problem: Readonly<Ref<'gone' | 'unreachable' | null>>;
  /** Asks again. */
  reload(): void;
}

/**
 * Something that the gateway is asked for at once, and again whenever `revision` becomes another. `ask` answers null for what is
 * not there (any more). Answers out of turn are dropped; what is under way ends with the scope.
 */
export const useAsked = <Answer>(
  revision: () => string,
  ask: (signal: AbortSignal) => Promise<Answer | null>,
): Asked<Answer> => {
  const answer = shallowRef<Answer | null>(null);
  const problem = ref<'gone' | 'unreachable' | null>(null);
  let asking: AbortController | undefined;

  const reload = async (): Promise<void> => {
    asking?.abort();
    const own = new AbortController();
    asking = own;
    try {
      const told = await ask(own.signal);
      if (asking !== own) return;
      if (told !== null) answer.value = told;
      problem.value = told === null ? 'gone' : null;
    } catch {
      if (asking === own) problem.value = 'unreachable';
    }
  };
  watch(revision, reload, { immediate: true });
  onScopeDispose(() => {
    asking?.abort();
    asking = undefined;
  });
  return { answer, problem, reload };
};
