import type { Session, StatusChange } from '@crewboard/contract';
import { aSession, aStatusChange } from '@crewboard/contract/testing';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type LiveBoard, openLiveBoard } from './live-board.ts';
import { livelySessions } from './lively.ts';
import { historyOfAsking } from './lively-history.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
/** Of the lively board: asks for three things; its sources differ. */
const ASKING = 'lively-1';
const DIFFERING = 'lively-11';

let browser: Browser;
let board: LiveBoard;
let told: Session[] = [];
let page: Page;

beforeAll(async () => {
  [browser, board] = await Promise.all([launchChromium(), openLiveBoard()]);
});

afterAll(async () => {
  await browser?.close();
  await board?.close();
});

afterEach(async () => {
  await page.context().close();
  await board.takeAway(...told.map(({ sessionId }) => sessionId));
  told = [];
});

const open = async (sessions: readonly Session[], options: BrowserContextOptions = DESK): Promise<void> => {
  told = [...sessions];
  await board.tell(...told);
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
  page = await context.newPage();
  await page.goto(board.url);
  await page.locator('[data-session]').first().waitFor();
};

const place = (sessionId: string): Locator => page.locator(`[data-session="${sessionId}"]`);
const why = (sessionId: string): Locator => place(sessionId).locator('[data-control="why"]');
const details = (): Locator => page.locator('dialog');
const isFocused = (locator: Locator): Promise<boolean> => locator.evaluate((element) => element.matches(':focus'));
/** How many rows the history has, and the first of them. */
const history = async (): Promise<[number, string | undefined]> => {
  const rows = await details().locator('.history li').allInnerTexts();
  return [rows.length, rows[0]?.replaceAll(/\s+/g, ' ')];
};
const change = (at: number, told: Partial<StatusChange> = {}): StatusChange => aStatusChange({ at, ...told });

describe('the details of a card', () => {
  test('say which source decided, what it said and since when, and close again', async () => {
    const at = Date.now() - 9 * MINUTE;
    const evidence = { source: 'presence', says: 'The client says it is busy', at, inferred: false } as const;
    await open([aSession({ since: at, evidence })]);
    await why('session-1').click();
    const text = (await details().innerText()).replaceAll(/\s+/g, ' ');
    expect(text).toMatch(
      /^Working for 9m Fix the tail reader Open page Why The client says it is busy Presence, the client’s own/,
    );
    expect(text).toMatch(/\d\d:\d\d:\d\d, 9m ago/);
    expect(await why('session-1').getAttribute('aria-expanded')).toBe('true');
    await why('session-1').click();
    await details().waitFor({ state: 'detached' });
    await why('session-1').click();
    await details().waitFor();
    await page.locator('.brand').click();
    await details().waitFor({ state: 'detached' });
  });

  test('mark what a time-out guessed', async () => {
    const evidence = { source: 'timeout', says: 'Nothing for a minute', at: Date.now(), inferred: true } as const;
    await open([aSession({ evidence })]);
    await why('session-1').click();
    await details().getByText('guessed from silence: no source said so').waitFor();
    await details().getByText('inferred', { exact: true }).waitFor();
  });

  test('open and close by the keyboard, and give the focus back', async () => {
    await open(livelySessions(Date.now()));
    await place(DIFFERING).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => isFocused(details().locator('.close'))).toBe(true);
    await page.keyboard.press('Escape');
    await details().waitFor({ state: 'detached' });
    expect(await isFocused(why(DIFFERING))).toBe(true);
    await page.keyboard.press('Space');
    await expect.poll(() => isFocused(details().locator('.close'))).toBe(true);
    await page.keyboard.press('Tab');
    expect(await isFocused(details().locator('.ways').locator('code').first())).toBe(true);
    await details().getByRole('button', { name: 'Write a note' }).focus();
    await page.keyboard.press('Tab');
    expect(await isFocused(why(DIFFERING))).toBe(true);
  });

  test('stand beside their card wherever it is, and within the page', async () => {
    await open(livelySessions(Date.now()));
    for (const sessionId of [ASKING, DIFFERING, 'lively-4', 'lively-17']) {
      await why(sessionId).click();
      await details().locator('.facts').waitFor();
      const box = await details().boundingBox();
      const card = await place(sessionId).boundingBox();
      if (!box || !card) throw new Error('nothing to be seen');
      expect(box.x >= card.x + card.width || box.x + box.width <= card.x).toBe(true);
      expect(box.x >= 0 && box.x + box.width <= 1280 && box.y >= 52 && box.y + box.height <= 900).toBe(true);
      expect(box.y <= card.y + card.height && box.y + box.height >= card.y).toBe(true);
    }
    expect(await details().count()).toBe(1);
  });

  test('go along when their card changes its column, and go away with it', async () => {
    const session = aSession({ since: Date.now() });
    await open([session]);
    await why('session-1').click();
    const before = await details().boundingBox();
    await board.tell({ ...session, status: 'waiting_for_input' });
    await details().getByText('Waiting', { exact: true }).first().waitFor();
    await expect.poll(async () => (await details().boundingBox())?.x).not.toBe(before?.x);
    await board.takeAway('session-1');
    await details().waitFor({ state: 'detached' });
  });

  test('leave the focus on the button of a card that travels', async () => {
    const session = aSession({ since: Date.now() });
    await open([session]);
    await why('session-1').focus();
    await board.tell({ ...session, status: 'waiting_for_input' });
    await page.locator('[data-column="waiting_for_input"] [data-session="session-1"]').waitFor();
    expect(await isFocused(why('session-1'))).toBe(true);
  });

  test('show both sides where sources differ, and the card says that they do', async () => {
    await open(livelySessions(Date.now()));
    await place(DIFFERING).locator('.chips').getByText('sources differ').waitFor();
    await why(DIFFERING).click();
    const sides = (await details().locator('.differ li').allInnerTexts()).map((side) => side.replaceAll(/\s+/g, ' '));
    expect(sides).toEqual([
      expect.stringMatching(/^Presence decides .*\d\d:\d\d:\d\d The client says it is busy$/),
      expect.stringMatching(/^Transcript .*\d\d:\d\d:\d\d The transcript shows the end of the turn$/),
    ]);
  });

  test('list every open ask with its input, its age and whose it is', async () => {
    await open(livelySessions(Date.now()));
    await page.locator('.queue .need').first().getByText('and 2 more').waitFor();
    await why(ASKING).click();
    const asks = (await details().locator('.asks li').allInnerTexts()).map((ask) => ask.replaceAll(/\s+/g, ' '));
    expect(asks).toEqual([
      'Permission · Bash 18m git push --force-with-lease origin feat/cursor',
      'Permission · Bash 4m gh run list --branch feat/cursor for ci-reader: Why did the last run fail?',
      'Permission · WebFetch 1m https://nodejs.org/api/fs.html for Explore: What does fs.watch promise?',
    ]);
  });

  test('lead to the session that this one goes on from', async () => {
    await open(livelySessions(Date.now()));
    await why('lively-19').click();
    await details().getByRole('button', { name: 'Why does the tile cache miss' }).click();
    await details().waitFor({ state: 'detached' });
    await expect.poll(() => isFocused(place('lively-17'))).toBe(true);
  });
});

describe('the history', () => {
  test('tells the changes of status with their reasons, the newest first, and older ones on demand', async () => {
    const now = Date.now();
    await open(livelySessions(now));
    await board.note(ASKING, ...historyOfAsking(now));
    await why(ASKING).click();
    await expect.poll(async () => (await history())[0]).toBe(8);
    const [, newest] = await history();
    expect(newest).toMatch(
      /^\d\d:\d\d:\d\d Needs approval · 3 asks: Bash ×2, WebFetch Presence: The client says it is waiting/,
    );
    await details().getByText('6 earlier').click();
    await expect.poll(async () => (await history())[0]).toBe(14);
    await details().locator('.history').getByText('Waiting · Interrupted').waitFor();
  });

  test('grows while it is open', async () => {
    const now = Date.now();
    const session = aSession({ since: now });
    await open([session]);
    await board.note('session-1', change(now));
    await why('session-1').click();
    await expect.poll(async () => (await history())[0]).toBe(1);
    const evidence = { source: 'hook', says: 'The turn is over', at: now + 1, inferred: false } as const;
    await board.note('session-1', change(now + 1, { status: 'waiting_for_input', condition: 'failed', evidence }));
    await board.tell({ ...session, status: 'waiting_for_input', evidence });
    await expect.poll(history).toEqual([2, expect.stringMatching(/Waiting · Failed Hook: The turn is over$/)]);
  });

  test('says so where there is none yet', async () => {
    await open([aSession({ sessionId: 'a strange/id?' })]);
    await why('a strange/id?').click();
    await details().getByText('No change of status yet.').waitFor();
  });

  test('says so while the gateway is away, keeps what it knows, and comes back by itself', async () => {
    const now = Date.now();
    await open([aSession({ since: now })]);
    await board.note('session-1', change(now));
    await why('session-1').click();
    await expect.poll(async () => (await history())[0]).toBe(1);
    await board.goAway();
    await details().getByText('can’t be read at the moment').waitFor();
    expect((await history())[0]).toBe(1);
    await board.comeBack();
    await details().getByText('can’t be read at the moment').waitFor({ state: 'detached', timeout: 20_000 });
  });
});

describe('on a phone', () => {
  test('the details are a sheet that keeps the page behind it, with targets for fingers', async () => {
    await open(livelySessions(Date.now()), PHONE);
    await why(DIFFERING).tap();
    await expect.poll(() => details().evaluate((dialog) => dialog.matches(':modal'))).toBe(true);
    const small = await details()
      .locator('button')
      .evaluateAll((all) => all.filter(({ clientHeight }) => clientHeight < 42).map(({ textContent }) => textContent));
    expect(small).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await page.touchscreen.tap(195, 40);
    await details().waitFor({ state: 'detached' });
  });
});
