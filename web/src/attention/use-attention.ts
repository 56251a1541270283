import { watchEffect } from 'vue';
import { useRouter } from 'vue-router';
import { useConnectionStore } from '../stores/connection.ts';
import { useQueueStore } from '../stores/queue.ts';
import { useViewStore } from '../stores/view.ts';
import { faviconFor } from './favicon.ts';
import { useTelling } from './use-telling.ts';

/** All that calls for a person outside the page: the tab's picture, the app's badge, notifications and a sound. */
export const useAttention = (): void => {
  const connection = useConnectionStore();
  const queue = useQueueStore();
  const view = useViewStore();
  const router = useRouter();
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');

  watchEffect(() => {
    const favicon = faviconFor(queue.shown.length, connection.state.kind !== 'offline');
    if (icon) icon.href = `/favicons/${favicon}.svg`;
  });
  watchEffect(() => {
    const count = queue.shown.length;
    if (!('setAppBadge' in navigator)) return;
    const badge = count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge();
    // Refused where the page is no app.
    badge.catch(() => undefined);
  });
  useTelling(async (sessionId) => {
    await router.push({ name: 'board' });
    view.openId = sessionId;
  });
};
