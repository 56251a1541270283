import type { Role, ViewerAnswer } from '@crewboard/contract';
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';

/** Who looks at the board, and what they may do there. */
export const useViewerStore = defineStore('viewer', () => {
  /** Null until the gateway said so once: whether one has to sign in is not known then. */
  const answer = shallowRef<ViewerAnswer | null>(null);
  /** The board's version when it gave this page, which is of that version too. */
  const pageVersion = shallowRef<string | null>(null);

  const viewer = computed(() => answer.value?.viewer ?? null);
  const isSignInRequired = computed(() => answer.value?.signIn.isRequired ?? false);
  const isSignedOut = computed(() => answer.value !== null && viewer.value === null);
  const mayAct = computed(() => ACTING.includes(viewer.value?.role ?? 'viewer'));
  /** Whoever is alone with the board has no machines to add. */
  const canInvite = computed(() => isSignInRequired.value && mayAct.value);
  const isAdmin = computed(() => isSignInRequired.value && viewer.value?.role === 'admin');
  /** By whose name sessions are theirs; null on a board of one's own, where all are. */
  const ownName = computed(() => (isSignInRequired.value ? (viewer.value?.name ?? null) : null));
  const boardVersion = computed(() => answer.value?.boardVersion ?? null);
  const isPageOutdated = computed(() => boardVersion.value !== pageVersion.value);

  const hear = (told: ViewerAnswer): void => {
    pageVersion.value ??= told.boardVersion;
    answer.value = told;
  };
  /** The gateway does not know them any more. */
  const lose = (): void => {
    if (answer.value) answer.value = { ...answer.value, viewer: null };
  };
  return {
    answer,
    viewer,
    isSignInRequired,
    isSignedOut,
    mayAct,
    canInvite,
    isAdmin,
    ownName,
    boardVersion,
    isPageOutdated,
    hear,
    lose,
  };
});

const ACTING: readonly Role[] = ['member', 'admin'];
