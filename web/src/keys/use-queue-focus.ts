import { nextTick, watch } from 'vue';
import { heirOf } from './moves.ts';

const entryOf = (sessionId: string): HTMLElement | null => {
  const entry = document.querySelector<HTMLElement>(`[data-need="${CSS.escape(sessionId)}"]`);
  return entry?.matches('button') ? entry : (entry?.querySelector<HTMLElement>('button, a[href]') ?? null);
};

/** Whoever has the focus in the queue keeps it there when their entry goes: the one after it has it then, or the one before. */
export const useQueueFocus = (sessionIds: () => readonly string[]): void => {
  watch(sessionIds, async (after, before) => {
    const gone = document.activeElement?.closest<HTMLElement>('[data-need]')?.dataset.need;
    if (gone === undefined || after.includes(gone)) return;
    const heir = heirOf([[before]], [[after]], gone);
    await nextTick();
    if (heir !== null && document.activeElement === document.body) entryOf(heir)?.focus();
  });
};
