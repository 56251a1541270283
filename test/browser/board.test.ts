import { type Session, todaySchema } from '@crewboard/contract';
import { anAskSpan, aSession, aWorkSpan } from '@crewboard/contract/testing';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { createBurst, shownBy, wrongOn } from './burst.ts';
import { type LiveBoard, openLiveBoard } from './live-board.ts';
import { manySessions } from './lively.ts';

let browser: Browser;
let board: LiveBoard;
let told: Session[] = [];
let page: Page;
let faults: string[] = [];

beforeAll(async () => {
  [browser, board] = await Promise.all([launchChromium(), openLiveBoard()]);
});

afterAll(async () => {
  await browser?.close();
  await board?.close();
});

beforeEach(() => {
  faults = [];
});

afterEach(async () => {
  await page.context().close();
  await board.takeAway(...told.map(({ sessionId }) => sessionId));
  told = [];
});

const tell = async (...sessions: Session[]): Promise<void> => {
  const ids = new Set(sessions.map(({ sessionId }) => sessionId));
  told = [...told.filter(({ sessionId }) => !ids.has(sessionId)), ...sessions];
  await board.tell(...sessions);
};

/** Opens the page and notes what it complains of. */
const open = async (path = '/'): Promise<void> => {
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.goto(`${board.url}${path}`);
  await page.locator('.connection').filter({ hasText: 'Live' }).waitFor();
};

const place = (sessionId: string): Locator => page.locator(`[data-session="${sessionId}"]`);
const styleOf = (locator: Locator, property: string): Promise<string> =>
  locator.evaluate(
    (element, name) => element.ownerDocument.defaultView.getComputedStyle(element).getPropertyValue(name),
    property,
  );

test('the day stands below the queue in one line, which leads to its figures', async () => {
  const now = Date.now();
  // Of a board that nobody asked yet: an answer is given again for some seconds.
  await open('/today');
  await page.getByText('Nothing has happened today yet.').waitFor();
  await page.context().close();

  await tell(aSession({ status: 'idle', lastActivityAt: now }));
  await board.recount('session-1', {
    spans: [anAskSpan({ since: now - 90_000, at: now }), aWorkSpan({ since: now - 90_000, at: now, costUsd: 1.25 })],
  });
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  // The gateway tells the same for some seconds.
  const told = async () => {
    const answer = await fetch(`${board.url}/api/today?tz=${encodeURIComponent(timeZone)}`);
    return todaySchema.parse(await answer.json()).answered;
  };
  await expect.poll(told, { interval: 500 }).toBe(1);
  await open();
  await page.getByRole('link', { name: /^Median wait today 1m 30s · 1 answered$/ }).click();
  await page.locator('.panels').waitFor();
  expect((await page.locator('.heads').innerText()).replaceAll(/\s+/g, ' ')).toMatch(
    /^Median wait 1m 30s Answered 1 Open now 0 Waited for people .* Cost \$1\.25$/,
  );
  expect(await page.locator('.panels').innerText()).toMatch(/acme\/widgets\s+\$1\.25/);
});

test('the board shows hostile, long and right-to-left words as words, and stays within the page', async () => {
  const hostile = '<img src=x onerror="document.title=1"> "quoted" \'\' </script>';
  await tell(
    aSession({
      sessionId: 'hostile"]',
      title: hostile,
      now: hostile,
      repo: hostile,
      branch: hostile,
      owner: hostile,
    }),
    aSession({ sessionId: 'long', title: 'x'.repeat(500), machine: 'm'.repeat(200), branch: 'b'.repeat(200) }),
    aSession({ sessionId: 'rtl', title: 'תקן את הקורא', owner: 'ציפי כהן', now: '🦊 בודק' }),
  );
  await open();
  await expect.poll(() => page.getByText(hostile, { exact: true }).count()).toBeGreaterThan(0);
  await expect.poll(() => page.locator('img').count()).toBe(0);
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  expect(await styleOf(place('rtl').locator('h3'), 'direction')).toBe('rtl');
  expect(faults).toEqual([]);
});

test('a board of a thousand sessions draws what is in sight, leads to what is not, and ends a burst of changes in the last state of each', async () => {
  const now = Date.now();
  const shown = { kind: 'interactive', entrypoint: 'cli' } as const;
  const burst = createBurst(manySessions(1_000, now).map((session) => ({ ...session, ...shown })));
  await tell(...burst.last().values());
  await open();
  const count = (status: Session['status']) => told.filter((session) => session.status === status).length;
  const [needs, works, waits, rests] = (['waiting_for_approval', 'working', 'waiting_for_input', 'idle'] as const).map(
    (status) => count(status).toLocaleString('en'),
  );
  const counts = new RegExp(
    `Needs approval\\s*${needs}\\s*Working\\s*${works}\\s*Waiting\\s*${waits}\\s*Idle\\s*${rests}(?!\\d)`,
  );
  await page.locator('.heads').filter({ hasText: counts }).waitFor();
  await page.getByRole('button', { name: 'Idle' }).click();
  await expect.poll(() => page.locator('[data-session]').count()).toBe(1_000);
  await expect.poll(() => page.locator('.card').count()).toBeLessThan(300);

  const far = page.locator('.sketch').last();
  const farId = (await far.getAttribute('data-session')) ?? '';
  await far.focus();
  await expect.poll(() => place(farId).evaluate((card) => card.matches('.card:focus'))).toBe(true);
  await page.locator('.queue .need').last().click();
  const led = page.locator('.card:focus');
  await led.waitFor();
  const isInSight =
    'const box = document.activeElement.getBoundingClientRect(); box.top >= 0 && box.bottom <= innerHeight';
  await expect.poll(() => page.evaluate(isInSight)).toBe(true);

  for (let round = 0; round < 40; round++) await tell(...burst.next(25));
  const wrong = async () => wrongOn(await shownBy(page), burst.last().values());
  await expect.poll(async () => [await wrong(), faults], { timeout: 30_000 }).toEqual([[], []]);
  await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
  const isDrawnRight = async () => {
    const card = page.locator('[data-column="working"] .card').last();
    const line = burst.last().get((await card.getAttribute('data-session')) ?? '')?.now;
    return line != null && (await card.innerText()).includes(line);
  };
  await expect.poll(isDrawnRight).toBe(true);
  expect(faults).toEqual([]);
});
