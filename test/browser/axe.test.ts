import axe from 'axe-core';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type LiveBoard, openLiveBoard } from './live-board.ts';
import { livelySessions } from './lively.ts';
import { historyOfDiffering } from './lively-history.ts';

let browser: Browser;
let board: LiveBoard;

beforeAll(async () => {
  [browser, board] = await Promise.all([launchChromium(), openLiveBoard()]);
});

afterAll(async () => {
  await browser?.close();
  await board?.close();
});

/** What axe finds wrong, a line each. Motion is off: a half-faded number has no contrast of its own. */
const faultsOf = async (options: BrowserContextOptions, prepare = ''): Promise<string[]> => {
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(board.url);
  await page.locator('.card, .empty').first().waitFor();
  if (prepare) await page.click(prepare);
  if (prepare === WHY) await page.locator('dialog .history').waitFor();
  // Evaluated by the debugger, which the page's policy does not hold for.
  await page.evaluate(axe.source);
  const faults = await page.evaluate<
    string[]
  >(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 200) + ' ' + failureSummary)))`);
  await context.close();
  return faults;
};

const DESK = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Opens the details of a session whose sources differ. */
const WHY = '[data-session="lively-11"] [data-control="why"]';

const tellLively = async (): Promise<void> => {
  const now = Date.now();
  await board.tell(...livelySessions(now));
  await board.note('lively-11', ...historyOfDiffering(now));
};

test('an empty board has no fault that axe knows', async () => {
  expect(await faultsOf(DESK)).toEqual([]);
});

test.each([
  ['light', DESK, ''],
  ['dark', DESK, ''],
  ['light', DESK, 'button.head'],
  ['dark', DESK, 'button.head'],
  ['light', PHONE, ''],
  ['dark', PHONE, ''],
  ['light', DESK, WHY],
  ['dark', DESK, WHY],
  ['light', PHONE, WHY],
  ['dark', PHONE, WHY],
] as const)('a lively board in %s has no fault that axe knows (%o %s)', async (colorScheme, options, prepare) => {
  await tellLively();
  expect(await faultsOf({ ...options, colorScheme }, prepare)).toEqual([]);
});

test.each(['light', 'dark'] as const)(
  'a board of high contrast in %s has no fault that axe knows',
  async (colorScheme) => {
    await tellLively();
    expect(await faultsOf({ ...DESK, colorScheme, contrast: 'more' }, WHY)).toEqual([]);
  },
);
