import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORDS, signInOptions } from '../../services/gateway/test/sign-in.ts';
import { launchChromium } from '../support/chromium.ts';
import { type LiveBoard, openLiveBoard } from './live-board.ts';
import { livelySessions } from './lively.ts';
import { historyOfAsking, historyOfDiffering } from './lively-history.ts';
import { livelyMachines, SILENT_MS, silentMachine } from './lively-machines.ts';
import { livelyStories } from './lively-stories.ts';

let browser: Browser;
let board: LiveBoard;
/** One that people sign in to. */
let team: LiveBoard;

beforeAll(async () => {
  [browser, board, team] = await Promise.all([
    launchChromium(),
    openLiveBoard(),
    openLiveBoard({ signIn: signInOptions() }),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await board?.close();
  await team?.close();
});

/** What axe finds wrong, a line each. Motion is off: a half-faded number has no contrast of its own. */
const faultsOf = async (
  options: BrowserContextOptions,
  prepare: (page: Page) => Promise<void>,
  url = board.url,
  rules: Readonly<Record<string, { enabled: boolean }>> = {},
): Promise<string[]> => {
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(url);
  await prepare(page);
  // Evaluated by the debugger, which the page's policy does not hold for.
  await page.evaluate(axe.source);
  const faults = await page.evaluate<
    string[]
  >(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: ${JSON.stringify(rules)} })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 200) + ' ' + failureSummary)))`);
  await context.close();
  return faults;
};

const DESK = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const onBoard = async (page: Page): Promise<void> => page.locator('.card').first().waitFor();
/** The ways to look at a lively board, by name. */
const VIEWS: Record<string, (page: Page) => Promise<void>> = {
  'as it opens': onBoard,
  'with its idle cards': async (page) => {
    await onBoard(page);
    await page.click('button.head');
  },
  'with the details of a session whose sources differ': async (page) => {
    await onBoard(page);
    await page.click('[data-session="lively-11"] [data-control="why"]');
    await page.locator('dialog .history').waitFor();
  },
  'with lanes of people, and one picked': async (page) => {
    await onBoard(page);
    // What the sheet of a phone covers by half counts as small.
    await page.locator('.dismiss').first().click();
    await page.getByLabel('Group by').selectOption('Person');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByRole('checkbox', { name: /Lena Berg/ }).check();
  },
  'with the page of a session': async (page) => {
    await onBoard(page);
    await page.goto(`${board.url}/sessions/lively-1`);
    await page.locator('.story .row').first().waitFor();
    await page.locator('.charts').waitFor();
  },
  'with its day': async (page) => {
    await onBoard(page);
    await page.goto(`${board.url}/today`);
    await page.locator('.panels').waitFor();
  },
  'with its machines': async (page) => {
    await onBoard(page);
    await page
      .locator('.top')
      .getByRole('button', { name: /machines/ })
      .click();
    await page.locator('[data-machine]').first().waitFor();
  },
};

const SCHEMES = ['light', 'dark'] as const;
const SCREENS = { desk: DESK, phone: PHONE } as const;
const everywhere = (views: readonly string[]) =>
  views.flatMap((view) =>
    SCHEMES.flatMap((colorScheme) =>
      (['desk', 'phone'] as const).map((screen) => [view, colorScheme, screen] as const),
    ),
  );

const tellLively = async (to: LiveBoard): Promise<void> => {
  const now = Date.now();
  await to.tell(...livelySessions(now));
  await to.note('lively-11', ...historyOfDiffering(now));
  await to.note('lively-1', ...historyOfAsking(now));
  for (const [sessionId, told] of Object.entries(livelyStories(now))) await to.recount(sessionId, told);
  await to.report(livelyMachines(now));
  await to.report([silentMachine(now - SILENT_MS)], SILENT_MS);
};

test('an empty board has no fault that axe knows', async () => {
  expect(await faultsOf(DESK, (page) => page.locator('.empty').waitFor())).toEqual([]);
});

test.each(
  everywhere(Object.keys(VIEWS)).filter(([view, , screen]) => view !== 'with its idle cards' || screen === 'desk'),
)('a lively board %s has no fault that axe knows, %s, at the %s', async (view, colorScheme, screen) => {
  await tellLively(board);
  const prepare = VIEWS[view] ?? onBoard;
  expect(await faultsOf({ ...SCREENS[screen], colorScheme }, prepare)).toEqual([]);
});

test.each(SCHEMES)(
  'a board of high contrast in %s has no fault that axe knows, and text of 7:1',
  async (colorScheme) => {
    await tellLively(board);
    const prepare = VIEWS['with the details of a session whose sources differ'] ?? onBoard;
    const rules = { 'color-contrast-enhanced': { enabled: true } };
    expect(await faultsOf({ ...DESK, colorScheme, contrast: 'more' }, prepare, board.url, rules)).toEqual([]);
  },
);

const fill = async (page: Page, password: string): Promise<void> => {
  await page.getByLabel('Your name').fill('Mika Korhonen');
  await page.getByLabel('Password of the board').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
};
const TEAM_VIEWS: Record<string, (page: Page) => Promise<void>> = {
  'sign-in page with a wrong password': async (page) => {
    await fill(page, 'no password of this board');
    await page.getByText('That is not a password').waitFor();
  },
  'page of the machines, while one is added and one revoked': async (page) => {
    await fill(page, PASSWORDS.admin);
    await page.locator('.card').first().waitFor();
    await page.goto(`${team.url}/machines`);
    await page.getByRole('button', { name: 'Add a machine' }).click();
    await page.getByRole('button', { name: 'Make the line' }).click();
    await page.locator('code').filter({ hasText: 'agent --join' }).waitFor();
    await page
      .getByRole('button', { name: /^Revoke/ })
      .first()
      .click();
    // What a page that was scrolled shows half under its bar is not small.
    await page.evaluate('scrollTo(0, 0)');
  },
  'menu of who is signed in': async (page) => {
    await fill(page, PASSWORDS.member);
    await page.getByRole('button', { name: /^Signed in as/ }).click();
  },
};

test.each(everywhere(Object.keys(TEAM_VIEWS)))(
  'the %s has no fault that axe knows, %s, at the %s',
  async (view, colorScheme, screen) => {
    await tellLively(team);
    for (const { machine, owner } of livelyMachines(0))
      await team.access.issue({ machine, owner: owner ?? '', by: 'Mika Korhonen' });
    const prepare = TEAM_VIEWS[view] ?? onBoard;
    expect(await faultsOf({ ...SCREENS[screen], colorScheme }, prepare, team.url)).toEqual([]);
  },
);
