import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../support/chromium.ts';
import { type Cast, playCast } from './cast.ts';
import { openPipeline, type Pipeline, type World } from './pipeline.ts';
import { visit } from './visit.ts';

let browser: Browser;
let pipeline: Pipeline;
let cast: Cast;

beforeAll(async () => {
  const fill = async (world: World): Promise<void> => {
    cast = await playCast(world);
  };
  [browser, pipeline] = await Promise.all([launchChromium(), openPipeline(fill)]);
});
afterAll(async () => {
  await browser?.close();
  await pipeline?.close();
});

const focusedSession = (page: Page): Promise<string | null> =>
  page.evaluate<string | null>(`document.activeElement.closest('[data-session]')?.dataset.session ?? null`);
const hasFocus = (locator: Locator): Promise<boolean> => locator.evaluate((element) => element.matches(':focus'));
/** True where what has the focus can be seen: nothing that stays in sight lies over it. */
const isFocusInSight = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>(`(() => {
    const { left, top, bottom } = document.activeElement.getBoundingClientRect();
    const y = Math.min(Math.max(top, 0) + 4, bottom - 1);
    return document.activeElement.contains(document.elementFromPoint(left + 20, y));
  })()`);

/** The part of the page that has the focus. */
const focusedPart = (page: Page): Promise<string> =>
  page.evaluate<string>(`(() => {
    const { activeElement } = document;
    return activeElement.closest('main') ? 'board' : activeElement.closest('.queue') ? 'queue' : 'bar';
  })()`);

test('a person without a mouse goes through queue, cards, details, find, filters, palette, pages and settings', async () => {
  const { page, leave, faults } = await visit(browser, pipeline, {
    width: 1280,
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const press = (...keys: string[]) =>
    keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const dialog = (name: string) => page.getByRole('dialog', { name });
  /** Goes down the palette to what is called so, and takes it. */
  const choose = async (name: string): Promise<void> => {
    const option = page.getByRole('option', { name }).first();
    await option.waitFor();
    await expect
      .poll(
        async () => {
          const isActive = (await option.getAttribute('aria-selected')) === 'true';
          if (!isActive) await press('ArrowDown');
          return isActive;
        },
        { timeout: 10_000 },
      )
      .toBe(true);
    await press('Enter');
  };
  const need = (sessionId: string) => page.locator(`[data-need="${sessionId}"]`);
  const { asking } = cast;
  await need(asking.sessionId).waitFor();
  await page.locator('.card').first().waitFor();

  // Tab goes through the page as an eye does: the bar, who needs a person, the board.
  const parts: string[] = [];
  do {
    await press('Tab');
    const part = await focusedPart(page);
    if (part !== parts.at(-1)) parts.push(part);
  } while (parts.at(-1) !== 'board' && parts.length < 9);
  expect(parts).toEqual(['bar', 'queue', 'board']);
  await page.reload();
  await need(asking.sessionId).waitFor();

  // Past everything that stands before the board, and to who needs a person.
  await press('Tab', 'Enter');
  expect(await hasFocus(page.locator('main'))).toBe(true);
  await press('n');
  await expect.poll(() => focusedSession(page)).toBe(asking.sessionId);

  // Theirs to look at, and let go; out of their way for a while, and back; and what leads there, copied.
  await press('c');
  await need(asking.sessionId).getByText('You look at it').waitFor();
  await press('c');
  await need(asking.sessionId).getByRole('button', { name: 'I look at it' }).waitFor();
  await press('s');
  await need(asking.sessionId).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: '1 snoozed' }).waitFor();
  await press('s');
  await need(asking.sessionId).waitFor();
  await press('y');
  await expect
    .poll(() => page.evaluate<string>('navigator.clipboard.readText()'))
    .toContain(`claude --resume ${asking.sessionId}`);

  // From card to card; what has the focus is never under the bar.
  for (const key of ['j', 'l', 'j', 'j', 'ArrowDown', 'h', 'k']) {
    await press(key);
    await expect.poll(() => isFocusInSight(page), { message: key }).toBe(true);
  }
  const first = await focusedSession(page);
  await press('j');
  const second = await focusedSession(page);
  expect(second).not.toBe(first);

  // The details, and back to the card that they belong to.
  await press('Enter');
  await page.locator('dialog .facts').waitFor();
  await press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  expect(await focusedSession(page)).toBe(second);

  // A search, and its end.
  const all = await page.locator('[data-session]').count();
  await press('/');
  await page.keyboard.type('xyzzy');
  await page.getByText('No session matches').waitFor();
  await press('Escape');
  await expect.poll(() => page.locator('[data-session]').count()).toBeGreaterThan(all / 2);

  // A filter by its panel; it stands in the address and goes by its chip.
  await press('f');
  await page.getByRole('checkbox').first().waitFor();
  await expect
    .poll(async () => {
      await press('Tab');
      return page.evaluate('document.activeElement.type');
    })
    .toBe('checkbox');
  await press('Space', 'Escape');
  await expect.poll(() => page.url()).toMatch(/\?\w+=/);
  expect(await hasFocus(page.getByRole('button', { name: 'Filter', exact: true }))).toBe(true);
  await press('Tab', 'Enter');
  await expect.poll(() => page.url()).not.toContain('?');

  // The palette finds commands and sessions; what was chosen has the focus then.
  await press('Control+k');
  await page.keyboard.type('group machine');
  await choose('Group by: Machine');
  await expect.poll(() => page.url()).toContain('by=machine');
  await press('Control+k');
  await page.getByRole('option', { name: 'Group by: Machine' }).waitFor({ state: 'detached' });
  const title = await page.locator('.card h3').first().innerText();
  await page.keyboard.type(title);
  await choose(title);
  await expect.poll(() => page.evaluate('document.activeElement.innerText')).toContain(title);

  // The page of that session, another one, and back; what is possible where, says the help.
  await press('o');
  await expect.poll(() => page.url()).toContain('/sessions/');
  await page.getByRole('slider').focus();
  const read = () => page.getByRole('slider').getAttribute('aria-valuetext');
  const latest = await read();
  await press('ArrowLeft');
  await expect.poll(read).not.toBe(latest);
  await press('g', 'm');
  await expect.poll(() => page.url()).toMatch(/\/machines$/);
  await press('g', 't');
  await expect.poll(() => page.url()).toMatch(/\/today$/);
  await press('g', 'b');
  await expect.poll(() => page.url()).toContain('by=machine');
  await page.locator('.card').first().waitFor();
  await press('Shift+?');
  await dialog('Keyboard shortcuts').getByText('Next that needs a person').waitFor();

  // Single keys can be switched off; the palette stays.
  await press('Tab', 'Space', 'Escape');
  await press('/');
  expect(await hasFocus(page.getByRole('searchbox'))).toBe(false);
  await press('Control+k');
  await dialog('Commands').waitFor();
  await page.keyboard.type('dark');
  await choose('Colours: Dark');
  await expect.poll(() => page.evaluate('document.documentElement.dataset.scheme')).toBe('dark');
  expect(faults).toEqual([]);
  await leave();
});
