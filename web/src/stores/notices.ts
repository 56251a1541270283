import type { Notice, Notices } from '@crewboard/contract';
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

/** What the board does without, as the gateway told it last. */
export const useNoticesStore = defineStore('notices', () => {
  const notices = shallowRef<readonly Notice[]>([]);
  const hear = ({ notices: told }: Notices): void => {
    notices.value = told;
  };
  const forget = (): void => {
    notices.value = [];
  };
  return { notices, hear, forget };
});
