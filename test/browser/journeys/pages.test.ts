import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../support/chromium.ts';
import { faultsOf, smallTargets } from '../axe.ts';
import { type Cast, playCast, TITLES } from './cast.ts';
import { openPipeline, type Pipeline, type World } from './pipeline.ts';
import { isWithin, styleOf, type Visit, type VisitOptions, visit, WIDTHS, wordsOf } from './visit.ts';

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
  // A half-faded number has no contrast of its own.
  const at = await visit(browser, pipeline, { reducedMotion: 'reduce', ...options });
  visits.push(at);
  return at;
};
/** What axe finds wrong in both schemes, a line each. */
const faultsInBoth = async (page: Page, view: string): Promise<string[]> => {
  const faults: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    faults.push(...(await faultsOf(page)).map((fault) => `${view}, ${colorScheme}: ${fault}`));
  }
  return faults;
};
const rows = async (page: Page): Promise<string[]> =>
  (await page.locator('.story .row .said').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));

test.each(WIDTHS)('the page of a real session tells its story and hears what comes, at %i px', async (width) => {
  const at = await come({ width });
  const { page, press, look, place } = at;
  const { asking, working, pulled, mover } = cast;
  const faults: string[] = [];
  const goTo = (path: string) => page.goto(`${pipeline.url}${path}`);

  // From the card over its details, which say why.
  await look('waiting_for_approval');
  faults.push(...(await faultsInBoth(page, 'board')));
  await press(place(asking).locator('[data-control="why"]'));
  await page.locator('dialog .history li').first().waitFor();
  const details = page.locator('dialog');
  expect(await wordsOf(details)).toMatch(
    /^Needs approval .* Why The client says it is waiting for “permission prompt”/,
  );
  faults.push(...(await faultsInBoth(page, 'details')));
  await press(details.getByRole('link', { name: 'Open page' }));
  await expect.poll(() => new URL(page.url()).pathname).toBe(`/sessions/${asking.sessionId}`);
  await expect.poll(() => page.title()).toBe(`${TITLES.asking} · Crewboard`);

  // The whole story of one that asks.
  await expect
    .poll(async () => (await rows(page)).filter((row) => !/^(Needs approval|Working) /.test(row)))
    .toEqual([
      expect.stringMatching(/^Reply Rebased on main/),
      expect.stringMatching(/^Bash npx vitest run src\/cursor\.test\.ts/),
      expect.stringMatching(/^Edit src\/cursor\.ts/),
      expect.stringMatching(/^Prompt The reader loses its place/),
    ]);
  const right = page.locator('.sections');
  await expect.poll(() => wordsOf(right)).toMatch(/Facts Person Mara King Machine mara-laptop/);
  const strip = page.getByRole('slider');
  const read = () => strip.getAttribute('aria-valuetext');
  expect(await read()).toMatch(/–now, 1\dm( \d+s)?: Needs approval$/);
  faults.push(...(await faultsInBoth(page, 'session')));

  // One that works: its agent, its shell, its tasks, and what it says next.
  await goTo(`/sessions/${working.sessionId}`);
  await expect
    .poll(() => wordsOf(right))
    .toMatch(/Agents 1 Explore Find all callers of evolve .*Background shells 1 npm run dev .*Tasks 1 of 2/);
  await page.locator('.story .row').first().waitFor();
  working.replies(`Written while the page is open, ${width} px wide.`);
  await expect.poll(async () => (await rows(page))[0]).toBe(`Reply Written while the page is open, ${width} px wide.`);
  await press(page.getByRole('button', { name: 'Tools' }));
  await expect.poll(async () => (await rows(page)).every((row) => /^(Bash|Agent|TodoWrite)/.test(row))).toBe(true);

  // One with a pull request, and figures of the turn that is over.
  await goTo(`/sessions/${pulled.sessionId}`);
  await expect.poll(() => wordsOf(right)).toMatch(/Pull request .*#418.*browser failed image running unit passed/);
  await page.locator('.charts').waitFor();

  // Cleared: the page of the new one leads to the old one, and back.
  const before = mover.sessionId;
  mover.prompts('Which disk was it?').replies('The second one.').ends();
  await goTo(`/sessions/${before}`);
  await expect.poll(() => rows(page)).toContain('Reply The second one.');
  const after = mover.clears();
  mover.prompts('Begin anew.');
  await goTo(`/sessions/${after}`);
  const lineage = page.locator('.sections section').filter({ hasText: 'Lineage' });
  await expect.poll(() => wordsOf(lineage)).toMatch(new RegExp(`Cleared from ${TITLES.mover}`));
  await press(lineage.getByRole('button', { name: TITLES.mover }));
  await expect.poll(() => new URL(page.url()).pathname).toBe(`/sessions/${before}`);
  await page.goBack();
  await expect.poll(() => new URL(page.url()).pathname).toBe(`/sessions/${after}`);
  mover.notes({ type: 'custom-title', customTitle: TITLES.mover });
  await expect.poll(() => page.locator('h2').first().innerText()).toBe(TITLES.mover);

  await goTo('/sessions/nobody');
  await page.getByText('This session is not on the board').waitFor();
  await press(page.getByRole('link', { name: 'Go to the board' }));
  await page.locator('[data-session]').first().waitFor();
  expect(await isWithin(page)).toBe(true);
  expect([...faults, ...at.faults]).toEqual([]);
});

test.each(WIDTHS)('the page has a form for everyone, at %i px', async (width) => {
  const at = await come({ width, colorScheme: 'light' });
  const { page, isNarrow, press } = at;
  const faults: string[] = [];
  const ground = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');

  // What the doctor found, quietly, until it is put away.
  const notice = page.getByText(/when mara-laptop has hooks/);
  await notice.waitFor();
  await press(page.getByRole('button', { name: 'Dismiss' }));
  await notice.waitFor({ state: 'detached' });

  // The palette, the machines and the day.
  await page.keyboard.press('Control+k');
  await page.locator('.palette [role="option"]').first().waitFor();
  faults.push(...(await faultsInBoth(page, 'palette')));
  // As fast as a hand that knows the way.
  await Promise.all(['Escape', 'g', 'm'].map((key) => page.keyboard.press(key)));
  await expect
    .poll(async () => (await page.locator('[data-machine]').allInnerTexts()).map((row) => row.replaceAll(/\s+/g, ' ')))
    .toEqual([
      expect.stringMatching(/jonas-desktop.*Jonas Weber.*Connected/),
      expect.stringMatching(/mara-laptop.*Mara King.*Connected/),
    ]);
  faults.push(...(await faultsInBoth(page, 'machines')));
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.locator('.panels').waitFor();
  faults.push(...(await faultsInBoth(page, 'today')));
  await page.keyboard.press('g');
  await page.keyboard.press('b');
  await page.emulateMedia({ colorScheme: 'light' });

  // Every target of a phone is a finger wide.
  await page.locator('.card').first().waitFor();
  if (isNarrow) {
    expect(await smallTargets(page)).toEqual([]);
  }

  // Colours and language, kept.
  const light = await ground();
  await press(page.getByRole('button', { name: 'Settings' }));
  await page.getByRole('radio', { name: 'Dark' }).check();
  await expect.poll(ground).not.toBe(light);
  const dark = await ground();
  await page.getByRole('radio', { name: 'High contrast' }).check();
  await expect.poll(ground).not.toBe(dark);
  const contrast = await ground();
  await page.getByRole('radio', { name: 'Deutsch' }).check();
  await page.getByRole('group', { name: 'Sprache' }).waitFor();
  await page.keyboard.press('Escape');
  await page.reload();
  await page.getByRole('button', { name: 'Einstellungen' }).waitFor();
  expect(await ground()).toBe(contrast);
  expect(await page.evaluate('document.documentElement.lang')).toBe('de');
  await page.getByRole('heading', { name: 'Braucht jemanden' }).waitFor();
  faults.push(...(await faultsOf(page, true)));
  expect(await notice.count()).toBe(0);
  expect([...faults, ...at.faults]).toEqual([]);
});

test('at every width a lost board stays, dimmed and with its age, and goes on when it is back', async () => {
  const pages = await Promise.all(WIDTHS.map((width) => come({ width })));
  const { waiting } = cast;
  for (const { look, place } of pages) {
    await look('idle');
    await look('waiting_for_input');
    await place(waiting).or(place(cast.pulled)).first().waitFor();
  }
  // What keeps the shell of the page is there a moment after the page.
  for (const { page } of pages) await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
  await pipeline.goAway();
  for (const { page } of pages) {
    await page
      .getByText(/Not connected since \d\d:\d\d\./)
      .first()
      .waitFor();
    await expect.poll(async () => Number(await styleOf(page.locator('.page'), 'opacity'))).toBeLessThan(0.8);
    expect(await page.locator('[data-session]').count()).toBeGreaterThan(0);
    expect(await isWithin(page)).toBe(true);
    const opened = await page.context().newPage();
    await opened.goto(`${pipeline.url}/machines`);
    await opened.getByText('The board can’t be reached').waitFor();
    await opened.close();
  }
  waiting.prompts('And in the PDF?');
  await pipeline.comeBack();
  for (const { page, seeIn } of pages) {
    await page.locator('.connection').filter({ hasText: 'Live' }).waitFor({ state: 'attached' });
    await seeIn('acme/ledger', 'working', waiting);
    await expect.poll(async () => Number(await styleOf(page.locator('.page'), 'opacity'))).toBe(1);
  }
  await waiting.exits();
  for (const { seeIn } of pages) await seeIn('acme/ledger', 'idle', waiting);
  // What the browser itself notes of a gateway that does not answer.
  const isOfGateway = (fault: string): boolean => /WebSocket connection|Failed to load resource/.test(fault);
  expect(pages.flatMap(({ faults }) => faults).filter((fault) => !isOfGateway(fault))).toEqual([]);
});
