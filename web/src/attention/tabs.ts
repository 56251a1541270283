/** Held by one of this browser's tabs for as long as that is there: it does what is to be done once. */
const LEADING = 'crewboard-attention';
/** Held, by any number of tabs, while a person has that tab before their eyes. */
const LOOKING = 'crewboard-looking';

/** Only pages of the same machine or over HTTPS have locks, as they alone have notifications. */
export const canTell = (): boolean => 'locks' in navigator && window.isSecureContext;

/** Calls `begin` once this tab is the one that tells, until the signal. */
export const lead = (signal: AbortSignal, begin: () => void): void => {
  const untilTheEnd = new Promise<void>((end) => signal.addEventListener('abort', () => end(), { once: true }));
  navigator.locks
    .request(LEADING, { signal }, async () => {
      begin();
      await untilTheEnd;
    })
    .catch(() => undefined);
};

/** Lets all tabs know while this one is looked at; what it returns ends that. */
export const tellLooking = (): (() => void) => {
  let stopLooking: (() => void) | undefined;
  const look = (): void => {
    const isLookedAt = document.visibilityState === 'visible' && document.hasFocus();
    if (isLookedAt === (stopLooking !== undefined)) return;
    stopLooking?.();
    stopLooking = undefined;
    if (!isLookedAt) return;
    const end = new Promise<void>((resolve) => {
      stopLooking = resolve;
    });
    navigator.locks.request(LOOKING, { mode: 'shared' }, () => end).catch(() => undefined);
  };
  look();
  const on = new AbortController();
  for (const type of ['focus', 'blur'] as const) window.addEventListener(type, look, { signal: on.signal });
  document.addEventListener('visibilitychange', look, { signal: on.signal });
  return () => {
    on.abort();
    stopLooking?.();
  };
};

/** Whether any tab of the board is before a person's eyes now. */
export const isLookedAt = async (): Promise<boolean> => {
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === LOOKING);
};
