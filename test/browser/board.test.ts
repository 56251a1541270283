import type { Ask, Session } from '@crewboard/contract';
import { aSession } from '@crewboard/contract/testing';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { createBurst, shownBy, wrongOn } from './burst.ts';
import { type LiveBoard, openLiveBoard } from './live-board.ts';
import { livelySessions, manySessions } from './lively.ts';

const MINUTE = 60_000;
const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let browser: Browser;
let board: LiveBoard;
let told: Session[] = [];
let page: Page;
let faults: string[] = [];
let hosts: Set<string>;

beforeAll(async () => {
  [browser, board] = await Promise.all([launchChromium(), openLiveBoard()]);
});

afterAll(async () => {
  await browser?.close();
  await board?.close();
});

beforeEach(() => {
  faults = [];
  hosts = new Set();
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

/** Opens the page and notes what it complains of and whom it talks to. */
const open = async (options: BrowserContextOptions = DESK): Promise<Page> => {
  const context = await browser.newContext(options);
  page = await context.newPage();
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  page.on('websocket', (socket) => hosts.add(new URL(socket.url()).host));
  await page.goto(board.url);
  await connection().filter({ hasText: 'Live' }).waitFor();
  return page;
};

const connection = (): Locator => page.locator('.connection');
const place = (sessionId: string): Locator => page.locator(`[data-session="${sessionId}"]`);
const inColumn = (repo: string, status: Session['status'], sessionId: string): Locator =>
  page.locator(`[data-lane="${repo}"] [data-column="${status}"] [data-session="${sessionId}"]`);

const styleOf = (locator: Locator, property: string): Promise<string> =>
  locator.evaluate(
    (element, name) => element.ownerDocument.defaultView.getComputedStyle(element).getPropertyValue(name),
    property,
  );

const asking = (
  input: string,
  since: number,
  told: Partial<Ask> = {},
): Pick<Session, 'status' | 'attention' | 'asks'> => {
  const ask = { id: input, kind: 'permission', tool: 'Bash', input, since, agentId: null, ...told } as const;
  return { status: 'waiting_for_approval', attention: ask, asks: [ask] };
};

describe('the board', () => {
  test('shows each session in the lane of its repository and the column of its status', async () => {
    const since = Date.now();
    await tell(
      aSession({ sessionId: 'w', since }),
      aSession({ sessionId: 'i', since, status: 'waiting_for_input', repo: 'acme/ledger' }),
      aSession({ sessionId: 'a', since, ...asking('git push', since - MINUTE) }),
      aSession({ sessionId: 'e', since, status: 'idle', ended: true }),
    );
    await open();
    await inColumn('acme/widgets', 'working', 'w').waitFor();
    await inColumn('acme/ledger', 'waiting_for_input', 'i').waitFor();
    await inColumn('acme/widgets', 'waiting_for_approval', 'a').waitFor();
    await inColumn('acme/widgets', 'idle', 'e').waitFor();
    // Counts fade from one to the other: for a moment both are there.
    const counts = /Needs approval\s*1\s*Working\s*1\s*Waiting\s*1\s*Idle\s*1/;
    await page.locator('.heads').filter({ hasText: counts }).waitFor();
    const lane = page.locator('[data-lane="acme/widgets"] > header');
    await lane.filter({ hasText: '3 sessions · 1 person' }).waitFor();
    await connection().filter({ hasText: 'Live' }).waitFor();
  });

  test('puts who needs a person into the queue and the title, the longest wait first, and leads to the card', async () => {
    const now = Date.now();
    await tell(
      aSession({ sessionId: 'short', ...asking('npm test', now - MINUTE) }),
      aSession({
        sessionId: 'long',
        repo: 'acme/ledger',
        ...asking('Which retention?', now - 9 * MINUTE, { kind: 'question', tool: 'AskUserQuestion' }),
      }),
    );
    await open();
    const items = page.locator('.queue .need');
    await expect.poll(() => items.allInnerTexts()).toHaveLength(2);
    const [first, second] = await items.allInnerTexts();
    expect(first).toMatch(/Question\s*9m\s*Which retention\?/);
    expect(second).toMatch(/Permission\s*Bash\s*1m\s*npm test/);
    await expect.poll(() => page.title()).toBe('(2) Crewboard');
    await items.first().click();
    await expect.poll(() => place('long').evaluate((element) => element.matches(':focus'))).toBe(true);
  });

  test('moves a card as soon as its session does something else, and takes it away with its session', async () => {
    const session = aSession({ sessionId: 'mover', since: Date.now() });
    await tell(session);
    await open();
    await inColumn('acme/widgets', 'working', 'mover').waitFor();
    await tell({ ...session, ...asking('git push', Date.now()) });
    await inColumn('acme/widgets', 'waiting_for_approval', 'mover').waitFor();
    await expect.poll(() => place('mover').count()).toBe(1);
    await expect.poll(() => page.title()).toBe('(1) Crewboard');
    await board.takeAway('mover');
    await page.getByText('No sessions yet').waitFor();
    await expect.poll(() => page.title()).toBe('Crewboard');
  });

  test('lets a card travel to its new column in 180 ms, and keeps the focus on it', async () => {
    const session = aSession({ sessionId: 'mover', since: Date.now() });
    await tell(session);
    await open();
    await page.evaluate(`
      window.journeys = [];
      const animate = Element.prototype.animate;
      Element.prototype.animate = function (frames, options) {
        window.journeys.push([this.dataset.session, options.duration, frames[0].transform]);
        return animate.call(this, frames, options);
      };
    `);
    await place('mover').focus();
    await tell({ ...session, status: 'waiting_for_input' });
    await inColumn('acme/widgets', 'waiting_for_input', 'mover').waitFor();
    await expect
      .poll(() => page.evaluate('window.journeys'))
      .toEqual([['mover', 180, expect.stringMatching(/^translate\(-\d/)]]);
    expect(await place('mover').evaluate((element) => element.matches(':focus'))).toBe(true);

    await page.emulateMedia({ reducedMotion: 'reduce' });
    await tell({ ...session, status: 'working' });
    await inColumn('acme/widgets', 'working', 'mover').waitFor();
    expect(await page.evaluate('window.journeys.length')).toBe(1);
    expect(await styleOf(page.locator('.pulse'), 'animation-name')).toBe('none');
  });

  test('lets ages tick', async () => {
    await tell(aSession({ sessionId: 'ticking', since: Date.now() - 2_000 }));
    await open();
    const age = async () => Number.parseInt(await place('ticking').locator('time').innerText(), 10);
    const before = await age();
    await expect.poll(age, { timeout: 5_000 }).toBeGreaterThan(before);
  });

  test('keeps the last board, dimmed, while the gateway is away, and goes on when it is back', async () => {
    const session = aSession({ sessionId: 'lasting', since: Date.now() });
    await tell(session);
    await open();
    await place('lasting').waitFor();
    // What keeps the shell of the page is there a moment after the page.
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    await board.goAway();
    await connection()
      .filter({ hasText: /Not connected since \d\d:\d\d\. Trying again/ })
      .waitFor();
    const opacity = async () => Number(await styleOf(page.locator('.page'), 'opacity'));
    await expect.poll(opacity).toBeLessThan(0.8);
    expect(await place('lasting').isVisible()).toBe(true);
    const opened = await page.context().newPage();
    await opened.goto(`${board.url}/machines`);
    await opened.getByText('The board can’t be reached').waitFor();
    await opened.close();

    await tell({ ...session, title: 'Said in the meantime' });
    await board.comeBack();
    await connection().filter({ hasText: 'Live' }).waitFor({ timeout: 20_000 });
    await place('lasting').filter({ hasText: 'Said in the meantime' }).waitFor();
    await expect.poll(opacity).toBe(1);
    // What the browser itself notes of a gateway that does not answer.
    faults = faults.filter((fault) => !/WebSocket connection|Failed to load resource/.test(fault));
    expect(faults).toEqual([]);
  });

  test('is empty with words and the command to paste', async () => {
    await open();
    await page.getByText('No sessions yet').waitFor();
    expect(await page.locator('main code').allInnerTexts()).toEqual(['claude']);
  });

  test('finds sessions by what people remember of them', async () => {
    await tell(...livelySessions(Date.now()));
    await open();
    await page.keyboard.press('/');
    await page.keyboard.type('amira csv');
    await expect.poll(() => page.locator('[data-session]').count()).toBe(1);
    await expect.poll(() => page.locator('.card h3').innerText()).toBe('Fix rounding in the CSV export');
    await page.keyboard.press('Escape');
    // All but what ended long ago, and a helper run that needs nobody.
    await expect.poll(() => page.locator('[data-session]').count()).toBe(told.length - 2);
  });

  test('shows the idle ones as titles, and as cards on demand', async () => {
    await tell(aSession({ sessionId: 'resting', status: 'idle', title: 'Upgrade fastify' }));
    await open();
    await place('resting').filter({ hasText: 'Upgrade fastify' }).waitFor();
    await expect.poll(() => page.locator('.card').count()).toBe(0);
    await page.getByRole('button', { name: 'Idle' }).click();
    await page.locator('.card[data-session="resting"]').waitFor();
  });

  test('shows hostile, long and right-to-left words as words, and stays within the page', async () => {
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

  test('talks to nobody but its own gateway and keeps within its policy', async () => {
    await tell(...livelySessions(Date.now()));
    await open();
    await page.locator('.card').first().waitFor();
    expect([...hosts]).toEqual([new URL(board.url).host]);
    expect(faults).toEqual([]);
  });

  test('keeps the colours and the language that a person chose', async () => {
    await open({ ...DESK, colorScheme: 'light' });
    const ground = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const light = await ground();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('radio', { name: 'Dark' }).check();
    await expect.poll(ground).not.toBe(light);
    const dark = await ground();
    await page.getByRole('radio', { name: 'Deutsch' }).check();
    await page.getByRole('group', { name: 'Sprache' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Einstellungen' }).waitFor();
    expect(await ground()).toBe(dark);
    expect(await page.evaluate('document.documentElement.lang')).toBe('de');
    expect(faults).toEqual([]);
  });
});

describe('a board of a thousand sessions', () => {
  test('draws what is in sight, leads to what is not, and ends a burst of changes in the last state of each', async () => {
    const now = Date.now();
    const shown = { kind: 'interactive', entrypoint: 'cli' } as const;
    const burst = createBurst(manySessions(1_000, now).map((session) => ({ ...session, ...shown })));
    await tell(...burst.last().values());
    await open();
    const count = (status: Session['status']) => told.filter((session) => session.status === status).length;
    const [needs, works, waits, rests] = (
      ['waiting_for_approval', 'working', 'waiting_for_input', 'idle'] as const
    ).map((status) => count(status).toLocaleString('en'));
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
});

describe('on a phone', () => {
  test('shows the queue first, then one column at a time behind a row of counts', async () => {
    await tell(...livelySessions(Date.now()));
    await open(PHONE);
    await page.locator('.queue .need').first().waitFor();
    const columns = () =>
      page
        .locator('[data-column]')
        .evaluateAll((all) => [...new Set(all.map((column) => column.getAttribute('data-column')))]);
    expect(await columns()).toEqual(['working']);
    await page.getByRole('button', { name: /Waiting/ }).tap();
    await expect.poll(columns).toEqual(['waiting_for_input']);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });

  test('leads from the queue to a card in another column', async () => {
    await tell(...livelySessions(Date.now()));
    await open(PHONE);
    await page.locator('.queue .need').first().tap();
    await expect.poll(() => place('lively-1').evaluate((card) => card.matches(':focus'))).toBe(true);
  });

  test('gives every target a finger’s width', async () => {
    await tell(...livelySessions(Date.now()));
    await open(PHONE);
    await page.getByRole('button', { name: /Idle/ }).tap();
    await page.locator('[data-session]').first().waitFor();
    const small = await page
      .locator('button, input, select, a[href]')
      .filter({ visible: true })
      .evaluateAll((all) =>
        all
          .map((target) => ({
            text: target.textContent,
            box: (target.closest('label') ?? target).getBoundingClientRect(),
          }))
          .map(({ text, box }) => ({ text, height: box.height }))
          .filter(({ height }) => height < 42),
      );
    expect(small).toEqual([]);
  });
});
