import { z } from 'zod';

/** What a notification tells, and what it leads to. */
export interface Told {
  title: string;
  body: string;
  /** One of the same tag takes the place of the one before. */
  tag: string;
  /** Null leads to the board. */
  sessionId: string | null;
  /** What was needed when it was shown, by session. */
  needs: Readonly<Record<string, readonly string[]>>;
}

/** The browser's notifications of this board. */
export interface Notifications {
  show(told: Told): Promise<void>;
  /** Takes back those of whose needs this is true. */
  closeWhere(isOver: (needs: Told['needs']) => boolean): Promise<void>;
  /** Takes back those that would lead nowhere once this page is left; it may come back. */
  leave(): void;
  /** Nothing is led to any more. */
  end(): void;
}

/** As it comes back from the browser, maybe from an older build. */
const dataSchema = z.object({
  sessionId: z.string().nullable(),
  needs: z.record(z.string(), z.array(z.string())),
});
const openSchema = z.object({ kind: z.literal('open'), sessionId: z.string().nullable() });

/**
 * With a service worker they are its own: they outlive the tab, lead somewhere without it, and are the only ones that a phone's
 * browser shows. Without one they are the page's. `open` leads to a session, or to the board for `null`.
 */
export const createNotifications = (open: (sessionId: string | null) => void): Notifications => {
  const ofPage = new Map<Notification, Told>();
  const worker = async (): Promise<ServiceWorkerRegistration | null> => {
    const registration = await navigator.serviceWorker?.getRegistration();
    return registration?.active ? registration : null;
  };

  const showOfPage = ({ title, body, tag, sessionId }: Told): Notification => {
    const notification = new Notification(title, { body, tag });
    notification.onclose = () => ofPage.delete(notification);
    notification.onclick = () => {
      window.focus();
      notification.close();
      open(sessionId);
    };
    return notification;
  };
  const show = async (told: Told): Promise<void> => {
    const { title, body, tag, sessionId, needs } = told;
    const registration = await worker();
    if (registration) await registration.showNotification(title, { body, tag, data: { sessionId, needs } });
    else ofPage.set(showOfPage(told), told);
  };

  const closeWhere = async (isOver: (needs: Told['needs']) => boolean): Promise<void> => {
    for (const [notification, { needs }] of ofPage) {
      if (!isOver(needs)) continue;
      ofPage.delete(notification);
      notification.close();
    }
    for (const notification of (await (await worker())?.getNotifications()) ?? []) {
      const data = dataSchema.safeParse(notification.data);
      if (!data.success || isOver(data.data.needs)) notification.close();
    }
  };

  const onMessage = ({ data }: MessageEvent): void => {
    const told = openSchema.safeParse(data);
    if (told.success) open(told.data.sessionId);
  };
  navigator.serviceWorker?.addEventListener('message', onMessage);
  const leave = (): void => {
    for (const notification of ofPage.keys()) notification.close();
    ofPage.clear();
  };
  return {
    show,
    closeWhere,
    leave,
    end() {
      navigator.serviceWorker?.removeEventListener('message', onMessage);
      leave();
    },
  };
};
