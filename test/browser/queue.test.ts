import type { Session } from '@crewboard/contract';
import { aSession } from '@crewboard/contract/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { asPage, PASSWORDS, signIn, signInOptions } from '../../services/gateway/test/sign-in.ts';
import { launchChromium } from '../support/chromium.ts';
import { type LiveBoard, openLiveBoard } from './live-board.ts';

let browser: Browser;
let board: LiveBoard;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  [browser, board] = await Promise.all([launchChromium(), openLiveBoard({ signIn: signInOptions() })]);
});
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
  await board.takeAway('a', 'b');
});
afterAll(async () => {
  await browser?.close();
  await board?.close();
});

const asks = (sessionId: string, askId: string, overrides: Partial<Session> = {}): Session => {
  const ask = {
    id: askId,
    kind: 'permission',
    tool: 'Bash',
    input: 'git push',
    since: Date.now(),
    agentId: null,
  } as const;
  return aSession({
    sessionId,
    title: `Session ${sessionId}`,
    status: 'waiting_for_approval',
    attention: ask,
    asks: [ask],
    ...overrides,
  });
};

/** A browser of one person, who is signed in. */
const browserOf = async (name: string): Promise<BrowserContext> => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  contexts.push(context);
  const [cookie = '', value = ''] = (await signIn(board.url, { name, password: PASSWORDS.member })).split('=');
  await context.addCookies([{ name: cookie, value, url: board.url }]);
  return context;
};
const opened = async (context: BrowserContext): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(board.url);
  await page.locator('.connection').filter({ hasText: 'Live' }).waitFor();
  return page;
};
const need = (page: Page, sessionId: string) => page.locator(`.queue [data-need="${sessionId}"]`);

test('the hands of the queue: a claim is in the log for all, another’s is seen at once; snooze and the way there', async () => {
  const mine = await browserOf('Mika');
  await mine.grantPermissions(['clipboard-read', 'clipboard-write']);
  await board.tell(asks('a', 'ask-1', { cwd: "/home/dev/it's", tmux: 'probe a:@0.%0' }), asks('b', 'ask-1'));
  const page = await opened(mine);
  const claimed = page.waitForResponse((response) => response.url().endsWith('/claim'));
  await need(page, 'a').getByRole('button', { name: 'I look at it' }).click();
  expect((await claimed).status()).toBe(204);

  // The status service tells what came of it.
  const other = await opened(await browserOf('Noa'));
  const claim = { by: 'Mika', at: Date.now(), on: 'ask-1', about: 'ask' } as const;
  await board.tell(asks('a', 'ask-1', { cwd: "/home/dev/it's", tmux: 'probe a:@0.%0', claim }));
  await need(page, 'a').getByText('You look at it').waitFor();
  await need(other, 'a').getByText('Mika looks at it').waitFor();
  await need(other, 'a').getByRole('button', { name: 'Take over' }).waitFor();
  const headers = asPage(board.url, await signIn(board.url, { name: 'Noa', password: PASSWORDS.member }));
  const refused = await fetch(`${board.url}/api/sessions/a/claim`, { method: 'DELETE', headers });
  expect(refused.status).toBe(409);

  await need(page, 'a').getByRole('button', { name: 'Go there' }).click();
  const command = "cd '/home/dev/it'\\''s' && claude --resume a";
  await page.getByRole('button', { name: `Copy ${command}` }).click();
  await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe(command);
  await page.keyboard.press('Escape');
  await need(page, 'a').getByRole('button', { name: 'Go there' }).focus();
  await page.keyboard.press('y');
  await page
    .getByRole('status')
    .filter({ hasText: `Copied: ${command}` })
    .waitFor();

  await need(page, 'b').getByRole('button', { name: 'Snooze' }).click();
  await page.getByRole('button', { name: 'Until it changes' }).click();
  await need(page, 'b').waitFor({ state: 'detached' });
  await expect.poll(() => page.title()).toBe('(1) Crewboard');
  await page.reload();
  await page.getByRole('button', { name: '1 snoozed' }).waitFor();
  expect(await need(other, 'b').count(), 'a snooze is personal').toBe(1);
  await board.tell(asks('b', 'ask-2'));
  await need(page, 'b').waitFor();
});

test('a notification comes once for each ask, in one of two tabs, goes with the answer, and leads to its session', async () => {
  const context = await browserOf('Mika');
  await context.grantPermissions(['notifications'], { origin: board.url });
  // The browser takes every page for one that has the focus, and has nobody who clicks on what it shows.
  await context.addInitScript(`
    window.shown = [];
    window.isLooking = false;
    document.hasFocus = () => window.isLooking;
    const { prototype } = ServiceWorkerRegistration;
    const show = prototype.showNotification;
    prototype.showNotification = function (title, options) {
      window.shown.push(title);
      return show.call(this, title, options);
    };
    localStorage.setItem('crewboard-preferences', JSON.stringify({
      attention: { desktop: true, sound: true, about: 'mine', repositories: [] },
    }));
  `);
  const tabs = [await opened(context), await opened(context)];
  const [first, second] = tabs as [Page, Page];
  await first.evaluate('navigator.serviceWorker.ready.then(() => true)');
  /** What was told since the tabs were loaded. */
  const shown = async (): Promise<string[]> =>
    (await Promise.all(tabs.map((tab) => tab.evaluate<string[]>('shown')))).flat();
  /** What still stands on the screen. */
  const standing = (): Promise<string[]> =>
    first.evaluate<string[]>(
      'navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => all.map(({ title }) => title))',
    );
  await board.tell(asks('a', 'ask-1', { owner: 'Mika' }), asks('b', 'ask-1', { owner: 'Noa' }));
  await expect.poll(shown).toEqual(['Session a']);
  await expect.poll(standing).toEqual(['Session a']);
  await expect.poll(() => first.locator('link[rel="icon"]').getAttribute('href')).toBe('/favicons/2.svg');
  expect((await fetch(`${board.url}/favicons/2.svg`)).status).toBe(200);

  // Answered: it goes. The same session asks again: told. Both tabs loaded anew, the feed with them: not told again.
  await board.tell(aSession({ sessionId: 'a', owner: 'Mika' }));
  await expect.poll(standing).toEqual([]);
  await board.tell(asks('a', 'ask-2', { owner: 'Mika' }));
  await expect.poll(shown).toEqual(['Session a', 'Session a']);
  for (const tab of tabs) {
    await tab.reload();
    await need(tab, 'a').waitFor();
  }
  // Another one after that shows that nothing was only late; what was shown before outlived its page.
  await board.tell(asks('b', 'ask-2', { owner: 'Mika' }));
  await expect.poll(shown).toEqual(['Session b']);
  await expect.poll(async () => (await standing()).sort()).toEqual(['Session a', 'Session b']);

  const [worker] = context.serviceWorkers();
  await worker?.evaluate(`registration.getNotifications().then((all) => {
    const notification = all.find(({ title }) => title === 'Session b');
    dispatchEvent(new NotificationEvent('notificationclick', { notification }));
  })`);
  const opens = () => Promise.all(tabs.map((tab) => tab.locator('dialog', { hasText: 'Session b' }).count()));
  await expect.poll(async () => (await opens()).reduce((sum, count) => sum + count)).toBe(1);
  await expect.poll(standing).toEqual(['Session a']);

  // Looked at: nothing is told.
  await second.evaluate('window.isLooking = true; window.dispatchEvent(new Event("focus"))');
  await expect.poll(() => first.evaluate('navigator.locks.query().then(({ held }) => held.length)')).toBe(2);
  await board.tell(asks('a', 'ask-3', { owner: 'Mika' }));
  await expect.poll(() => first.evaluate(`localStorage.getItem('crewboard-told')`)).toContain('a ask-3');
  expect(await shown()).toEqual(['Session b']);
});
