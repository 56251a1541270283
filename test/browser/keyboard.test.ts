import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { freePort } from '../support/port.ts';
import { startProgram } from '../support/program.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
});

/** The whole pipeline over the invented sessions of the demo, in a program of its own. */
const startDemo = async (): Promise<string> => {
  const port = await freePort();
  const demo = startProgram('crewboard.js', ['demo'], { PORT: String(port) });
  await expect.poll(demo.output, { timeout: 20_000 }).toContain('Crewboard’s demo is at');
  return `http://127.0.0.1:${port}`;
};

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

test('a person without a mouse goes through queue, cards, details, find, filters, palette, pages and settings', async () => {
  const url = await startDemo();
  const page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage();
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
  await page.goto(url);
  await page.locator('.need').first().waitFor();
  await page.locator('.card').first().waitFor();

  // Past everything that stands before the board, and to who needs a person.
  await press('Tab', 'Enter');
  expect(await hasFocus(page.locator('main'))).toBe(true);
  await press('n');
  await expect.poll(() => focusedSession(page)).not.toBeNull();

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
  await press('g', 'm');
  await expect.poll(() => page.url()).toMatch(/\/machines$/);
  await expect
    .poll(async () => {
      // What is possible changes with the page: keys that come while it changes go nowhere.
      await press('g', 'b');
      return page.url();
    })
    .toContain('by=machine');
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
  await page.context().close();
});
