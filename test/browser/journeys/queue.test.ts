import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { asPage, PASSWORDS, signIn } from '../../../services/gateway/test/sign-in.ts';
import { launchChromium } from '../../support/chromium.ts';
import type { Client } from '../../support/claude-client.ts';
import { ATLAS, type Cast, playCast } from './cast.ts';
import { JONAS, openPipeline, type Pipeline, type World } from './pipeline.ts';
import { type Visit, type VisitOptions, visit, WIDTHS, wordsOf } from './visit.ts';

const MINUTE = 60_000;

let browser: Browser;
let pipeline: Pipeline;
let cast: Cast;
const visits: Visit[] = [];

beforeAll(async () => {
  const fill = async (world: World): Promise<void> => {
    cast = await playCast(world);
  };
  [browser, pipeline] = await Promise.all([launchChromium(), openPipeline(fill)]);
});
afterEach(async () => {
  for (const { leave } of visits.splice(0)) await leave();
});
afterAll(async () => {
  await browser?.close();
  await pipeline?.close();
});

const come = async (options: VisitOptions): Promise<Visit> => {
  const at = await visit(browser, pipeline, options);
  visits.push(at);
  return at;
};
const need = (page: Page, { sessionId }: Client) => page.locator(`.queue [data-need="${sessionId}"]`);
const needsOn = (page: Page): Promise<(string | null)[]> =>
  page.locator('.queue .need').evaluateAll((all) => all.map((item) => item.getAttribute('data-need')));
const idsOf = (...clients: Client[]): string[] => clients.map(({ sessionId }) => sessionId);

test.each(WIDTHS)('two people share the queue of real sessions, at %i px', async (width) => {
  const mine = await come({ width, permissions: ['clipboard-read', 'clipboard-write'] });
  const theirs = await come({ width: 1280, name: JONAS.owner });
  const { page, press, isNarrow, place } = mine;
  const { asking, question, pulled, waiting } = cast;

  // Longest wait first, across repositories and people; told in title and favicon.
  await expect.poll(() => needsOn(page)).toEqual(idsOf(asking, question, pulled));
  expect(await wordsOf(need(page, asking))).toMatch(
    /^Permission Bash 1\dm git push --force-with-lease origin feat\/cursor .*acme\/widgets · feat\/cursor/,
  );
  expect(await wordsOf(need(page, question))).toMatch(/^Question \d+m Keep the old endpoint for one release\?/);
  expect(await wordsOf(need(page, pulled))).toMatch(/^CI failed .*browser/);
  await expect.poll(() => page.title()).toBe('(3) Crewboard');
  const favicon = () => page.locator('link[rel="icon"]').getAttribute('href');
  await expect.poll(favicon).toBe('/favicons/3.svg');
  expect((await page.request.get(`${pipeline.url}/favicons/3.svg`)).status()).toBe(200);
  if (isNarrow) {
    // The queue is what a phone shows first.
    expect((await need(page, asking).boundingBox())?.y).toBeLessThan(844 / 2);
  }

  // It leads to the card, whichever column that is in.
  await press(need(page, asking).locator('.show'));
  await expect.poll(() => place(asking).evaluate((card) => card.matches(':focus'))).toBe(true);

  // A claim is the first one's, is seen by all, and may be taken over.
  await press(need(page, asking).getByRole('button', { name: 'I look at it' }));
  await need(page, asking).getByText('You look at it').waitFor();
  await need(theirs.page, asking).getByText('Mara King looks at it').waitFor();
  const headers = asPage(pipeline.url, await signIn(pipeline.url, { name: JONAS.owner, password: PASSWORDS.member }));
  const claim = `${pipeline.url}/api/sessions/${asking.sessionId}/claim`;
  expect((await fetch(claim, { method: 'DELETE', headers })).status).toBe(409);
  await need(theirs.page, asking).getByRole('button', { name: 'Take over' }).click();
  await need(page, asking).getByText('Jonas Weber looks at it').waitFor();
  await need(theirs.page, asking).getByRole('button', { name: 'Let go' }).click();
  await need(page, asking).getByRole('button', { name: 'I look at it' }).waitFor();

  // What takes one there, to be copied.
  await press(need(page, asking).getByRole('button', { name: 'Go there' }));
  const ways = page.locator('dl.ways:visible').filter({ hasText: 'claude --resume' });
  expect(await wordsOf(ways)).toMatch(/tmux attach -t '?=work:@3\.%7/);
  const resume = new RegExp(`^Copy cd '?/.*/src/widgets/feat-cursor'? && claude --resume ${asking.sessionId}$`);
  await press(ways.getByRole('button', { name: resume }));
  await expect
    .poll(() => page.evaluate<string>('navigator.clipboard.readText()'))
    .toMatch(new RegExp(`&& claude --resume ${asking.sessionId}$`));
  await page.keyboard.press('Escape');
  await need(theirs.page, asking).getByRole('button', { name: 'Go there' }).click();
  await theirs.page.getByText('ssh mara-laptop').locator('visible=true').waitFor();
  await theirs.page.keyboard.press('Escape');

  // Snoozed for oneself, until it asks something else.
  await press(need(page, question).getByRole('button', { name: 'Snooze' }));
  await press(page.getByRole('button', { name: 'Until it changes' }).locator('visible=true'));
  await need(page, question).waitFor({ state: 'detached' });
  await expect.poll(() => page.title()).toBe('(2) Crewboard');
  await page.reload();
  await page.getByRole('button', { name: '1 snoozed' }).waitFor();
  expect(await need(theirs.page, question).count()).toBe(1);
  question.isAllowed();
  await need(theirs.page, question).waitFor({ state: 'detached' });
  question.ago(5 * MINUTE).asks('AskUserQuestion', {
    questions: [{ question: 'Keep the old endpoint for one release?', header: `At ${width}`, options: [] }],
  });
  question.ago(0);
  await need(page, question).waitFor();

  // Found by what people remember, by filters, and by a link of them.
  await page.keyboard.press('/');
  await page.keyboard.type('csv mara');
  if (isNarrow) await mine.look('waiting_for_input');
  await expect.poll(() => page.locator('[data-session]').count()).toBe(1);
  await place(waiting).waitFor();
  await page.keyboard.press('Escape');
  await press(page.getByRole('button', { name: 'Filter', exact: true }));
  await page.getByRole('checkbox', { name: /Jonas Weber/ }).check();
  await page.getByRole('checkbox', { name: new RegExp(ATLAS) }).check();
  await page.keyboard.press('Escape');
  await place(pulled).waitFor();
  await expect.poll(() => new URL(page.url()).search).toBe(`?person=Jonas+Weber&repo=${ATLAS}`);
  await page.locator('.queue').getByRole('button', { name: '1 more outside this filter' }).waitFor();
  await theirs.page.goto(page.url());
  const shown = () =>
    theirs.page.locator('[data-session]').evaluateAll((all) => all.map((card) => card.getAttribute('data-session')));
  await expect.poll(async () => (await shown()).sort()).toEqual(idsOf(question, pulled).sort());
  await press(page.getByRole('button', { name: `Repository: ${ATLAS}. Remove` }));
  await press(page.getByRole('button', { name: 'Person: Jonas Weber. Remove' }));
  await expect.poll(() => new URL(page.url()).search).toBe('');

  // By the palette, and what keys there are.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('tile server');
  await page
    .getByRole('option', { name: /Split the gateway/ })
    .first()
    .waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(() => place(question).evaluate((card) => card.matches(':focus'))).toBe(true);
  await page.keyboard.press('Shift+?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('I look at it').waitFor();
  expect([...mine.faults, ...theirs.faults]).toEqual([]);
});

test('a person is told of what they chose, once for each, in one of two tabs, and led to it', async () => {
  const first = await come({ width: 1280 });
  const context: BrowserContext = first.page.context();
  await context.grantPermissions(['notifications'], { origin: pipeline.url });
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
  `);
  // By choice: first for one's own sessions.
  await first.page.getByRole('button', { name: 'Notifications' }).click();
  await first.page.getByRole('checkbox', { name: 'Show a notification' }).check();
  await first.page.getByRole('radio', { name: 'My own sessions' }).check();
  await first.page.keyboard.press('Escape');
  const second = await context.newPage();
  const tabs = [first.page, second];
  for (const tab of tabs) {
    await tab.goto(pipeline.url);
    await need(tab, cast.asking).waitFor();
  }
  await second.evaluate('navigator.serviceWorker.ready.then(() => true)');
  /** What was told since the tabs were loaded. */
  const shown = async (): Promise<string[]> =>
    (await Promise.all(tabs.map((tab) => tab.evaluate<string[]>('shown')))).flat();
  /** What still stands on the screen. */
  const standing = (): Promise<string[]> =>
    second.evaluate<string[]>(
      'navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => all.map(({ title }) => title))',
    );
  const { mover, foreign } = cast;
  const [MINE, THEIRS] = ['Quieter alerts at night', 'תקן את הקורא 🦊'];

  foreign.asks('Bash', { command: 'npm publish' });
  await need(second, foreign).waitFor();
  mover.prompts('Turn it off.').asks('Bash', { command: 'systemctl reload alerts' });
  await expect.poll(shown).toEqual([MINE]);
  await expect.poll(standing).toEqual([MINE]);

  // Answered: it goes. Asked again: told again. Loaded anew: not told again.
  mover.isAllowed();
  await expect.poll(standing).toEqual([]);
  mover.asks('Bash', { command: 'systemctl restart alerts' });
  await expect.poll(shown).toEqual([MINE, MINE]);
  for (const tab of tabs) {
    await tab.reload();
    await need(tab, mover).waitFor();
  }
  // Others' too, from now on. What is told then shows that nothing before was only late.
  await first.page.getByRole('button', { name: 'Notifications' }).click();
  await first.page.getByRole('radio', { name: 'All sessions' }).check();
  await first.page.keyboard.press('Escape');
  foreign.isAllowed();
  await need(second, foreign).waitFor({ state: 'detached' });
  foreign.asks('Bash', { command: 'npm publish --tag next' });
  await expect.poll(shown).toEqual([THEIRS]);
  await expect.poll(async () => (await standing()).sort()).toEqual([MINE, THEIRS].sort());

  // It leads to its session.
  const [worker] = context.serviceWorkers();
  await worker?.evaluate(`registration.getNotifications().then((all) => {
    const notification = all.find(({ title }) => title === '${MINE}');
    dispatchEvent(new NotificationEvent('notificationclick', { notification }));
  })`);
  const opens = () => Promise.all(tabs.map((tab) => tab.locator('dialog', { hasText: MINE }).count()));
  await expect.poll(async () => (await opens()).reduce((sum, count) => sum + count)).toBe(1);
  await expect.poll(standing).toEqual([THEIRS]);

  // Looked at: nothing is told.
  await second.evaluate('window.isLooking = true; window.dispatchEvent(new Event("focus"))');
  await expect.poll(() => second.evaluate('navigator.locks.query().then(({ held }) => held.length)')).toBe(2);
  mover.isAllowed();
  await need(second, mover).waitFor({ state: 'detached' });
  mover.asks('Bash', { command: 'systemctl status alerts' });
  await need(second, mover).waitFor();
  const told = () => second.evaluate<string>(`localStorage.getItem('crewboard-told')`);
  const isTold = async () => (JSON.parse(await told()) as string[]).filter((key) => key.startsWith(mover.sessionId));
  await expect.poll(async () => (await isTold()).length).toBe(3);
  expect(await shown()).toEqual([THEIRS]);
});
