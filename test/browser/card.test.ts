import { aPullRequest, aSession, aToolEntry } from '@crewboard/contract/testing';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type LiveBoard, openLiveBoard } from './live-board.ts';

const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let browser: Browser;
let board: LiveBoard;
let page: Page;

beforeAll(async () => {
  [browser, board] = await Promise.all([launchChromium(), openLiveBoard()]);
  const pullRequest = aPullRequest({
    number: 418,
    review: 'approved',
    isMergeable: false,
    checks: [
      { name: 'unit', state: 'passed', url: 'https://ci.example/1' },
      { name: 'browser', state: 'failed', url: 'https://ci.example/2' },
      { name: 'image', state: 'pending', url: null },
    ],
  });
  const since = Date.now();
  await board.tell(
    aSession({ sessionId: 'pulled', since, pullRequest, title: 'Make the cursor survive' }),
    aSession({ sessionId: 'other', since, title: 'Another one' }),
  );
  await board.recount('pulled', {
    story: [
      { kind: 'prompt', at: since, text: 'Let the cursor survive a truncated file', by: 'human' },
      aToolEntry({ at: since, startedAt: since - 12_000, tool: 'Bash', input: 'npm test', outcome: 'error' }),
    ],
  });
});

afterEach(() => page?.context().close());

afterAll(async () => {
  await browser?.close();
  await board?.close();
});

const open = async (options: BrowserContextOptions): Promise<void> => {
  page = await (await browser.newContext(options)).newPage();
  await page.goto(board.url);
  await card().waitFor();
};
const card = (sessionId = 'pulled'): Locator => page.locator(`.card[data-session="${sessionId}"]`);
const chip = (): Locator => card().locator('.pull');
const checks = (): Locator => page.getByRole('dialog', { name: 'Checks' });
const output = (): Locator => page.getByRole('group', { name: 'Latest output' });
const boxOf = (locator: Locator) => locator.boundingBox();
const isFocused = (locator: Locator): Promise<boolean> => locator.evaluate((element) => element.matches(':focus'));

test('a mouse sees checks and latest output beside a card, and nothing that is there moves or is covered', async () => {
  await open(DESK);
  const before = await boxOf(card());
  await chip().hover();
  await checks().waitFor();
  const told = (await checks().innerText()).replace(/\s+/g, ' ');
  expect(told).toMatch(/open, approved, conflicts with its base/);
  expect(told).toMatch(/browser failed image running unit passed/);
  // The way over to it leads past other things.
  await checks().getByRole('link', { name: 'browser' }).hover();
  expect(await checks().getByRole('link', { name: 'browser' }).getAttribute('href')).toBe('https://ci.example/2');

  await card().locator('header h3').hover();
  await output().waitFor();
  await expect.poll(() => checks().count()).toBe(0);
  expect((await output().innerText()).replace(/\s+/g, ' ')).toMatch(
    /Let the cursor survive a truncated file Bash failed npm test 12s/,
  );
  const [box, beside] = [await boxOf(card()), await boxOf(output())];
  expect(box).toEqual(before);
  if (!box || !beside) throw new Error('no boxes');
  expect(beside.x >= box.x + box.width || beside.x + beside.width <= box.x).toBe(true);
  // What the session does next stands there at once.
  await board.recount('pulled', { story: [{ kind: 'reply', at: Date.now(), text: 'One test still fails.' }] });
  await board.tell(aSession({ sessionId: 'pulled', title: 'Make the cursor survive', lastActivityAt: Date.now() }));
  await output().getByText('One test still fails.').waitFor();
  // Of a session that told nothing there is nothing to show.
  await card('other').locator('header h3').hover();
  await expect.poll(() => output().count()).toBe(0);
  await board.tell(aSession({ sessionId: 'pulled', title: 'Make the cursor survive', pullRequest: aPullRequest() }));
});

test('the keyboard sees the same: focus opens, Tab leads in, Escape closes', async () => {
  await open(DESK);
  await card().focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Shift+Tab');
  await output().waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => output().count()).toBe(0);
  expect(await isFocused(card())).toBe(true);
  await chip().focus();
  await checks().waitFor();
  await page.keyboard.press('Tab');
  await expect.poll(() => isFocused(checks().getByRole('link').first())).toBe(true);
  await page.keyboard.press('Escape');
  await expect.poll(() => checks().count()).toBe(0);
  expect(await isFocused(chip())).toBe(true);
});

test('a finger taps for the checks, and nothing opens by itself', async () => {
  await open(PHONE);
  await chip().tap();
  await checks().waitFor();
  expect(page.context().pages()).toHaveLength(1);
  expect(await output().count()).toBe(0);
  await checks().getByRole('button', { name: 'Close' }).tap();
  await expect.poll(() => checks().count()).toBe(0);
});
