import { watchDebounced } from '@vueuse/core';
import { watch } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { useViewStore } from '../stores/view.ts';
import { type BoardView, isSameView, readView, writeView } from './view-query.ts';

/** Typing that pauses for so long goes into the address, in ms: browsers allow a page only so many changes of it. */
const TYPING_PAUSE_MS = 300;

/**
 * Keeps what is chosen and the page's address the same, for as long as the board is shown: a link shows what its sender
 * saw. Grouping and filters are steps to go back from; a search is none.
 */
export const useViewAddress = (): void => {
  const route = useRoute();
  const router = useRouter();
  const view = useViewStore();
  const chosen = (): BoardView => ({
    grouping: view.grouping,
    filter: view.filter,
    helperRuns: view.helperRuns,
    query: view.query,
  });
  const { path } = route;
  const isHere = (): boolean => route.path === path;

  const go = (move: 'push' | 'replace'): void => {
    if (!isHere() || isSameView(chosen(), readView(route.query))) return;
    router[move]({ path, query: writeView(chosen()), hash: route.hash });
  };
  watch(
    () => route.query,
    (query) => {
      if (isHere() && !isSameView(chosen(), readView(query))) Object.assign(view, readView(query));
    },
    { immediate: true },
  );
  watch([() => view.grouping, () => view.filter, () => view.helperRuns], () => go('push'));
  watchDebounced(
    () => view.query,
    () => go('replace'),
    { debounce: TYPING_PAUSE_MS },
  );
};
