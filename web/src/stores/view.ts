import type { Status } from '@crewboard/contract';
import { defineStore } from 'pinia';
import { ref } from 'vue';

/** What the person chose to see. Says nothing of the sessions themselves. */
export const useViewStore = defineStore('view', () => {
  const query = ref('');
  /** The one column that a narrow page shows; null until someone picked one. */
  const pickedColumn = ref<Status | null>(null);
  const isIdleOpen = ref(false);
  /** The session whose details are open. */
  const openId = ref<string | null>(null);
  return { query, pickedColumn, isIdleOpen, openId };
});
