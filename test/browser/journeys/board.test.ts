import type { Browser, Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../support/chromium.ts';
import { ATLAS, type Cast, GREEN, playCast, RED } from './cast.ts';
import { openPipeline, type Pipeline, type World } from './pipeline.ts';
import { isWithin, styleOf, type Visit, visit, WIDTHS, wordsOf } from './visit.ts';

const WIDGETS = 'acme/widgets';
const LEDGER = 'acme/ledger';
const BEACON = 'acme/beacon-of-a-very-long-name-that-no-lane-has-room-for';

let browser: Browser;
let pipeline: Pipeline;
let cast: Cast;
let at: Visit;

beforeAll(async () => {
  const fill = async (world: World): Promise<void> => {
    cast = await playCast(world);
  };
  [browser, pipeline] = await Promise.all([launchChromium(), openPipeline(fill)]);
});
afterEach(() => at?.leave());
afterAll(async () => {
  await browser?.close();
  await pipeline?.close();
});

const boxOf = async (locator: Locator) => {
  const box = await locator.boundingBox();
  if (!box) throw new Error('nothing to be seen');
  return box;
};
const lanes = (): Promise<(string | null)[]> =>
  at.page.locator('[data-lane]').evaluateAll((all) => all.map((lane) => lane.getAttribute('data-lane')));
const groupBy = (name: string) => at.page.getByLabel('Group by').selectOption(name);

test.each(WIDTHS)('a board of real sessions follows its files, at %i px', async (width) => {
  at = await visit(browser, pipeline, { width });
  const { page, isNarrow, press, seeIn, look, counts, place } = at;
  const { asking, working, waiting, mover, idle, ended, helper, question, pulled, foreign } = cast;

  // Everybody in the lane of their repository and the column of their status.
  await expect.poll(counts).toEqual([2, 2, 3, 2]);
  await seeIn(WIDGETS, 'waiting_for_approval', asking);
  await seeIn(ATLAS, 'waiting_for_approval', question);
  await seeIn(WIDGETS, 'working', working);
  await seeIn(BEACON, 'working', foreign);
  await seeIn(LEDGER, 'waiting_for_input', waiting);
  await seeIn(ATLAS, 'waiting_for_input', pulled);
  await seeIn(LEDGER, 'idle', idle);
  await seeIn(LEDGER, 'idle', ended);
  expect(await isWithin(page)).toBe(true);

  // Idle ones are titles, and cards on demand; on a phone their column shows them.
  if (!isNarrow) {
    expect(await place(idle).locator('.chips').count()).toBe(0);
    const head = page.locator('.heads').getByRole('button', { name: 'Idle' });
    await head.click();
    await place(idle).locator('.chips').waitFor();
    await head.click();
  }

  // Runs by programs stand behind their count.
  await look('working');
  expect(await place(helper).count()).toBe(0);
  await press(page.getByRole('button', { name: 'Show 1 helper run' }));
  await seeIn(WIDGETS, 'working', helper);
  await expect.poll(counts).toEqual([2, 3, 3, 2]);
  await press(page.getByRole('button', { name: 'Helper runs are shown' }));
  await place(helper).waitFor({ state: 'detached' });

  // Other lanes.
  await groupBy('Person');
  await expect.poll(lanes).toEqual(['Jonas Weber', 'Mara King']);
  await groupBy('Machine');
  await expect.poll(lanes).toEqual(['jonas-desktop', 'mara-laptop']);
  await groupBy('Nothing');
  await expect.poll(async () => (await lanes()).length).toBe(1);
  expect(new URL(page.url()).search).toBe('?by=none');
  await groupBy('Repository');
  const all = isNarrow ? [BEACON, WIDGETS] : [ATLAS, BEACON, LEDGER, WIDGETS];
  await expect.poll(lanes).toEqual(all);

  // Their order, and what is folded, is remembered.
  const order = page.locator(`[data-lane="${WIDGETS}"]`).getByRole('button', { name: `Move ${WIDGETS} up` });
  for (const _passed of all.slice(1)) await order.evaluate((button) => button.click());
  await expect.poll(lanes).toEqual([WIDGETS, ...all.filter((lane) => lane !== WIDGETS)]);
  const fold = page.locator(`[data-lane="${BEACON}"]`).getByRole('button', { expanded: true }).first();
  await press(fold);
  await place(foreign).waitFor({ state: 'detached' });
  await page.reload();
  await expect.poll(lanes).toEqual([WIDGETS, ...all.filter((lane) => lane !== WIDGETS)]);
  await place(working).waitFor();
  expect(await place(foreign).count()).toBe(0);

  // A card moves as soon as its session's files say something else.
  await look('waiting_for_input');
  await place(mover).focus();
  await page.evaluate(`
    window.journeys = [];
    const animate = Element.prototype.animate;
    Element.prototype.animate = function (frames, options) {
      window.journeys.push([this.dataset.session, options.duration, frames[0].transform]);
      return animate.call(this, frames, options);
    };
  `);
  const journeys = () => page.evaluate<unknown[]>('window.journeys');
  mover.prompts('Turn the noisy one off.');
  await expect.poll(counts).toEqual([2, 3, 2, 2]);
  if (!isNarrow) {
    await expect.poll(journeys).toEqual([[mover.sessionId, 180, expect.stringMatching(/^translate\(-?\d/)]]);
    expect(await place(mover).evaluate((card) => card.matches(':focus'))).toBe(true);
  }
  await seeIn(WIDGETS, 'working', mover);
  expect(await styleOf(place(mover).locator('.pulse'), 'animation-name')).not.toBe('none');

  mover.asks('Bash', { command: 'systemctl reload alerts' });
  await seeIn(WIDGETS, 'waiting_for_approval', mover);
  await expect.poll(() => page.title()).toBe('(4) Crewboard');
  await expect.poll(() => page.locator('[data-news]').innerText()).toMatch(/needs approval: Bash$/);
  expect(await page.locator('[data-news]').getAttribute('role')).toBe('status');

  // Who wants no motion gets none.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const before = await journeys();
  mover.isAllowed();
  await seeIn(WIDGETS, 'working', mover);
  expect(await journeys()).toEqual(before);
  expect(await styleOf(place(mover).locator('.pulse'), 'animation-name')).toBe('none');
  mover.replies('It is off.').ends();
  await seeIn(WIDGETS, 'waiting_for_input', mover);
  await expect.poll(() => place(mover).locator('time').innerText()).toMatch(/^[1-9]\d*s$/);
  await expect.poll(() => page.title()).toBe('(3) Crewboard');

  expect([...at.hosts]).toEqual([new URL(pipeline.url).host]);
  const policy = (await page.request.get(pipeline.url)).headers()['content-security-policy'];
  expect(policy).toMatch(/default-src 'none'|default-src 'self'/);
  expect(at.faults).toEqual([]);
});

test.each(WIDTHS)('cards tell what files, GitHub and the client know, at %i px', async (width) => {
  at = await visit(browser, pipeline, { width });
  const { page, isNarrow, press, look, place } = at;
  const { asking, working, waiting, pulled, foreign } = cast;
  const pull = place(pulled).locator('.pull');
  const checks = page.getByRole('dialog', { name: 'Checks' });
  const output = page.getByRole('group', { name: 'Latest output' });

  await look('waiting_for_approval');
  await expect
    .poll(() => wordsOf(place(asking)))
    .toMatch(
      /^Make the cursor survive a truncated file .*1[2-9]m .*(Rebased on main; wants to push .*|as the model puts it\.) Permission · Bash git push --force-with-lease origin feat\/cursor accepts edits feat\/cursor 10% .*Mara.* Opus 5\.5 · \$0\.18 est\.$/,
    );
  await look('working');
  await expect
    .poll(() => wordsOf(place(working)))
    .toMatch(/1\/2 .*Replay is equal .*Explore Find all callers of evolve .*Running rg evolve test\/fold 1 shell 10%/);
  expect(await styleOf(place(foreign).locator('h3'), 'direction')).toBe('rtl');
  expect(await page.locator('img').count()).toBe(0);

  // A model's words come once a session has been quiet for a while.
  await look('waiting_for_input');
  await place(waiting).getByText('The export rounds as the ledger does.').waitFor({ timeout: 45_000 });

  // Checks beside the card, and what becomes of them.
  await place(pulled).getByText('CI failed').waitFor();
  if (isNarrow) await pull.tap();
  else await pull.hover();
  await checks.waitFor();
  expect(await wordsOf(checks)).toMatch(/open, approved.* browser failed image running unit passed/);
  expect(await checks.getByRole('link', { name: 'browser' }).getAttribute('href')).toBe('https://ci.example/browser');
  if (width === 1280) {
    // GitHub is asked again some seconds later: once is enough.
    const [pullRequest] = pipeline.github.repositories.get('acme/atlas')?.pulls ?? [];
    if (!pullRequest) throw new Error('GitHub has no such pull request');
    pullRequest.runs = GREEN;
    await pipeline.webhook('acme/atlas');
    await expect.poll(() => wordsOf(checks)).toMatch(/browser passed image passed unit passed/);
    await place(pulled).getByText('CI failed').waitFor({ state: 'detached' });
    pullRequest.runs = RED;
    await pipeline.webhook('acme/atlas');
    await place(pulled).getByText('CI failed').waitFor();
  }
  await page.keyboard.press('Escape');
  await checks.waitFor({ state: 'detached' });

  // Latest output: on hover, on focus, and as it comes; nothing that is there moves or is covered.
  await look('working');
  const card = await boxOf(place(working));
  if (!isNarrow) {
    await place(working).locator('h3').hover();
    await output.getByText('214 of 231 pass').waitFor();
    working.replies(`Seen at ${width} px.`);
    await output.getByText(`Seen at ${width} px.`).waitFor();
    const [box, beside] = [await boxOf(place(working)), await boxOf(output)];
    expect([box.x, box.width]).toEqual([card.x, card.width]);
    expect(beside.x >= box.x + box.width || beside.x + beside.width <= box.x).toBe(true);
    expect(beside.x >= 0 && beside.x + beside.width <= width).toBe(true);
    await page.mouse.move(1, 1);
    await output.waitFor({ state: 'detached' });
    await place(working).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    await output.waitFor();
    await page.keyboard.press('Escape');
    await output.waitFor({ state: 'detached' });
  }

  // Dense: the same in two lines.
  const tall = (await boxOf(place(working))).height;
  await press(page.getByRole('button', { name: 'Settings' }));
  await page.getByRole('radio', { name: 'Dense' }).check();
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await boxOf(place(working))).height).toBeLessThan(tall);
  expect(await wordsOf(place(working))).toMatch(/test\/fold 1\/2 .*1 agent 1 shell/);
  expect(await isWithin(page)).toBe(true);
  expect(at.faults).toEqual([]);
});
