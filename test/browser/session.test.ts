import { todaySchema } from '@crewboard/contract';
import { anAskSpan, aSession, aStatusChange, aToolEntry, aWorkSpan } from '@crewboard/contract/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type LiveBoard, openLiveBoard } from './live-board.ts';

const MINUTE = 60_000;

let browser: Browser;
let board: LiveBoard;
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
  await board.takeAway('session-0', 'session-1');
});

const open = async (path: string): Promise<void> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  page = await context.newPage();
  await page.goto(`${board.url}${path}`);
};
const rows = async (): Promise<string[]> =>
  (await page.locator('.story .row .said').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));

test('the day stands below the queue in one line, which leads to its figures', async () => {
  const now = Date.now();
  // Of a board that nobody asked yet: an answer is given again for some seconds.
  await open('/today');
  await page.getByText('Nothing has happened today yet.').waitFor();
  await page.context().close();

  await board.tell(aSession({ status: 'idle', lastActivityAt: now }));
  await board.recount('session-1', {
    spans: [anAskSpan({ since: now - 90_000, at: now }), aWorkSpan({ since: now - 90_000, at: now, costUsd: 1.25 })],
  });
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  // The gateway tells the same for some seconds.
  const told = async () => {
    const answer = await fetch(`${board.url}/api/today?tz=${encodeURIComponent(timeZone)}`);
    return todaySchema.parse(await answer.json()).answered;
  };
  await expect.poll(told, { timeout: 15_000, interval: 500 }).toBe(1);
  await open('/');
  await page.getByRole('link', { name: /^Median wait today 1m 30s · 1 answered$/ }).click();
  await page.locator('.panels').waitFor();
  expect((await page.locator('.heads').innerText()).replaceAll(/\s+/g, ' ')).toMatch(
    /^Median wait 1m 30s Answered 1 Open now 0 Waited for people .* Cost \$1\.25$/,
  );
  expect(await page.locator('.panels').innerText()).toMatch(/acme\/widgets\s+\$1\.25/);
});

test('the page of a session tells its story, hears what comes, and leads to the sessions before it and back', async () => {
  const now = Date.now();
  const at = (minutes: number): number => now - minutes * MINUTE;
  const session = aSession({ since: at(2), lineage: { from: { sessionId: 'session-0', how: 'clear' }, to: null } });
  await board.tell(aSession({ sessionId: 'session-0', title: 'Where it began', status: 'idle', ended: true }), session);
  await board.note(
    'session-1',
    aStatusChange({ at: at(30) }),
    aStatusChange({ at: at(20), status: 'waiting_for_approval' }),
    aStatusChange({ at: at(12) }),
  );
  await board.recount('session-1', {
    story: [
      { kind: 'prompt', at: at(30), text: `Fix the tail reader\n${'and more\n'.repeat(20)}`, by: 'human' },
      aToolEntry({ at: at(11), startedAt: at(12), allowedBy: 'person' }),
    ],
    spans: [
      anAskSpan({ since: at(20), at: at(12) }),
      aWorkSpan({ since: at(30), at: at(11), costUsd: 0.42, files: [{ path: 'src/tail.ts', edits: 3 }] }),
    ],
  });

  await open('/');
  await page.locator('[data-session="session-1"] [data-control="why"]').click();
  await page.locator('dialog').getByRole('link', { name: 'Open page' }).click();
  await expect
    .poll(rows)
    .toEqual([
      'Bash npm test allowed by a person · 1m',
      'Permission · Bash npm test allowed by a person · waited 8m',
      expect.stringMatching(/^Prompt Fix the tail reader .* Show all of it$/),
      'Working 10m Presence: The client says busy',
    ]);
  expect(new URL(page.url()).pathname).toBe('/sessions/session-1');
  expect(await page.title()).toBe('Fix the tail reader · Crewboard');
  expect(await page.locator('.sections').innerText()).toMatch(/src\/tail\.ts\s+3 times/);

  // The strip, by keyboard.
  const strip = page.getByRole('slider');
  const read = () => strip.getAttribute('aria-valuetext');
  await strip.focus();
  expect(await read()).toMatch(/–now, 12m( \d+s)?: Working$/);
  await page.keyboard.press('ArrowLeft');
  await expect.poll(read).toMatch(/, 8m: Needs approval$/);

  // What comes, comes by the feed.
  await page.getByRole('button', { name: 'Prompts' }).click();
  await expect.poll(rows).toHaveLength(1);
  await board.recount('session-1', { story: [{ kind: 'reply', at: now, text: 'It keeps the last line now.' }] });
  await board.tell({ ...session, lastActivityAt: now + 1 });
  await expect.poll(async () => (await rows())[0], { timeout: 10_000 }).toBe('Reply It keeps the last line now.');

  await page.getByRole('button', { name: 'Where it began' }).click();
  await expect.poll(() => page.locator('h2').innerText()).toBe('Where it began');
  await page.goBack();
  await page.goBack();
  await page.locator('[data-session="session-1"]').waitFor();

  await board.takeAway('session-0');
  await page.goto(`${board.url}/sessions/session-0`);
  await page.getByText('This session is not on the board').waitFor();
  await page.getByRole('link', { name: 'Go to the board' }).click();
  await page.locator('[data-session="session-1"]').waitFor();
});
