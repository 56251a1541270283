import { useLocalStorage } from '@vueuse/core';
import type { Ref } from 'vue';
import { z } from 'zod';

const MOST_KEPT = 20;

const idsSchema = z.array(z.string().max(200)).max(MOST_KEPT);

const parse = (text: string): string[] => {
  try {
    return idsSchema.catch([]).parse(JSON.parse(text));
  } catch {
    return [];
  }
};

/** What was chosen in the palette of this browser, the latest first. */
export const useRecent = (): { recent: Ref<string[]>; remember: (id: string) => void } => {
  const recent = useLocalStorage<string[]>('crewboard-recent', [], {
    serializer: { read: parse, write: JSON.stringify },
  });
  const remember = (id: string): void => {
    recent.value = [id, ...recent.value.filter((other) => other !== id)].slice(0, MOST_KEPT);
  };
  return { recent, remember };
};
