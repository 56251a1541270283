import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createNotifications, type Notifications, type Told } from './notifications.ts';

const told = (overrides: Partial<Told> = {}): Told => ({
  title: 'Fix the tail reader',
  body: 'Permission · Bash',
  tag: 'crewboard session-1',
  sessionId: 'session-1',
  needs: { 'session-1': ['session-1 ask-1'] },
  ...overrides,
});

/** A page's own notifications, as the browser would show them. */
class Shown extends EventTarget {
  static all: Shown[] = [];
  onclick: (() => void) | null = null;
  onclose: (() => void) | null = null;
  readonly title: string;
  readonly options: NotificationOptions;
  isClosed = false;
  constructor(title: string, options: NotificationOptions) {
    super();
    this.title = title;
    this.options = options;
    Shown.all.push(this);
  }
  close(): void {
    this.isClosed = true;
    this.onclose?.();
  }
}

/** A service worker with what it shows. */
const aWorker = () => {
  const own: { data: unknown; isClosed: boolean; close(): void }[] = [];
  const container = new EventTarget();
  const registration = {
    active: {},
    showNotification: async (_title: string, { data }: NotificationOptions) => {
      const notification = {
        data,
        isClosed: false,
        close() {
          notification.isClosed = true;
        },
      };
      own.push(notification);
    },
    getNotifications: async () => own.filter(({ isClosed }) => !isClosed),
  };
  Object.assign(container, { getRegistration: async () => registration });
  return { own, container, says: (data: unknown) => container.dispatchEvent(new MessageEvent('message', { data })) };
};

let opened: (string | null)[];
let notifications: Notifications;
const begin = (serviceWorker?: EventTarget): void => {
  vi.stubGlobal('navigator', { serviceWorker });
  notifications = createNotifications((sessionId) => opened.push(sessionId));
};
beforeEach(() => {
  opened = [];
  Shown.all = [];
  vi.stubGlobal('Notification', Shown);
});
afterEach(() => {
  notifications.end();
  vi.unstubAllGlobals();
});

test('without a service worker are the page’s own, lead to their session and go when the page does', async () => {
  begin();
  await notifications.show(told());
  await notifications.show(told({ tag: 'crewboard', sessionId: null }));
  const [one, several] = Shown.all;
  expect(one).toMatchObject({ title: 'Fix the tail reader', options: { tag: 'crewboard session-1' } });
  one?.onclick?.();
  expect(opened).toEqual(['session-1']);
  expect([one?.isClosed, several?.isClosed]).toEqual([true, false]);
  notifications.leave();
  expect(several?.isClosed).toBe(true);
});

test('are taken back once what they tell of is over', async () => {
  begin();
  await notifications.show(told());
  await notifications.show(told({ sessionId: 'two', needs: { two: ['two ask'] } }));
  await notifications.closeWhere((needs) => 'two' in needs);
  expect(Shown.all.map(({ isClosed }) => isClosed)).toEqual([false, true]);
});

test('with a service worker are its own, and those of a build that told it otherwise are taken back', async () => {
  const worker = aWorker();
  begin(worker.container);
  await notifications.show(told());
  worker.own.push({
    data: 'of an older build',
    isClosed: false,
    close() {
      this.isClosed = true;
    },
  });
  expect(Shown.all).toEqual([]);
  await notifications.closeWhere(() => false);
  expect(worker.own.map(({ isClosed }) => isClosed)).toEqual([false, true]);
});

test('lead where the service worker says, also after the page was left and came back, until the end', () => {
  const worker = aWorker();
  begin(worker.container);
  worker.says({ kind: 'open', sessionId: 'session-1' });
  worker.says({ kind: 'open' });
  worker.says('anything');
  notifications.leave();
  worker.says({ kind: 'open', sessionId: null });
  notifications.end();
  worker.says({ kind: 'open', sessionId: 'late' });
  expect(opened).toEqual(['session-1', null]);
});
