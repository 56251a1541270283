import type { Status } from '@crewboard/contract';
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { type Filter, NO_FILTER } from '../board/filter.ts';
import type { Grouping } from '../board/grouping.ts';

/** What the person chose to see. Says nothing of the sessions themselves. */
export const useViewStore = defineStore('view', () => {
  /** These four stand in the page's address too. */
  const query = ref('');
  const grouping = ref<Grouping>('repository');
  const filter = shallowRef<Filter>(NO_FILTER);
  /** Whether runs that programs started are shown although they need nobody. */
  const helperRuns = ref(false);
  /** The one column that a narrow page shows; null until someone picked one. */
  const pickedColumn = ref<Status | null>(null);
  const isIdleOpen = ref(false);
  /** The session whose details are open. */
  const openId = ref<string | null>(null);
  return { query, grouping, filter, helperRuns, pickedColumn, isIdleOpen, openId };
});
