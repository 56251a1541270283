import { type InjectionKey, inject, onScopeDispose, provide, type Ref, readonly, ref } from 'vue';

export type Clock = Readonly<Ref<number>>;

const clockKey: InjectionKey<Clock> = Symbol('clock');

/** The present in ms since 1970, once a second, a moment after the second begins. */
export const useTicking = (): Clock => {
  const now = ref(Date.now());
  let timer: ReturnType<typeof setTimeout>;
  const tick = () => {
    now.value = Date.now();
    timer = setTimeout(tick, 1_000 - (now.value % 1_000));
  };
  tick();
  onScopeDispose(() => clearTimeout(timer));
  return readonly(now);
};

/** Gives everything below the one clock that it tells ages by. */
export const provideClock = (clock: Clock): void => provide(clockKey, clock);

/** The clock of the page. Throws where none was provided. */
export const useClock = (): Clock => {
  const clock = inject(clockKey);
  if (!clock) throw new Error('no clock was provided');
  return clock;
};
