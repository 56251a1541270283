import type { Today } from '@crewboard/contract';
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

/** The figures of the day, as the gateway told them last. */
export const useTodayStore = defineStore('today', () => {
  /** Null until they were told. */
  const today = shallowRef<Today | null>(null);
  const hear = (told: Today): void => {
    today.value = told;
  };
  const forget = (): void => {
    today.value = null;
  };
  return { today, hear, forget };
});
