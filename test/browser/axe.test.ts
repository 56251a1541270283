import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORDS, signInOptions } from '../../services/gateway/test/sign-in.ts';
import { launchChromium } from '../support/chromium.ts';
import { faultsOf } from './axe.ts';
import { type LiveBoard, openLiveBoard } from './live-board.ts';
import { livelySessions } from './lively.ts';
import { historyOfAsking, historyOfDiffering } from './lively-history.ts';
import { livelyMachines, SILENT_MS, silentMachine } from './lively-machines.ts';
import { livelyStories } from './lively-stories.ts';

let browser: Browser;
let board: LiveBoard;
/** One that people sign in to. */
let team: LiveBoard;

beforeAll(async () => {
  [browser, board, team] = await Promise.all([
    launchChromium(),
    openLiveBoard(),
    openLiveBoard({ signIn: signInOptions() }),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await board?.close();
  await team?.close();
});

/** A view by its name, and how one gets there from the view before it. */
type View = readonly [name: string, prepare: (page: Page) => Promise<unknown>];

/** Goes through the views in one page, and says what is wrong in each. Motion is off: a half-faded number has no contrast of its own. */
const faultsIn = async (url: string, options: BrowserContextOptions, views: readonly View[]): Promise<string[]> => {
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(url);
  const faults: string[] = [];
  for (const [name, prepare] of views) {
    await prepare(page);
    faults.push(...(await faultsOf(page, options.contrast === 'more')).map((fault) => `${name}: ${fault}`));
  }
  await context.close();
  return faults;
};

const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };
/** As narrow as a desk's page is at 400 %. */
const PHONE: BrowserContextOptions = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true };
const LOOKS: readonly [look: string, options: BrowserContextOptions][] = [
  ['light, on a phone', { ...PHONE, colorScheme: 'light' }],
  ['dark, on a phone', { ...PHONE, colorScheme: 'dark' }],
  ['light, with high contrast', { ...DESK, colorScheme: 'light', contrast: 'more' }],
  ['dark, with high contrast', { ...DESK, colorScheme: 'dark', contrast: 'more' }],
  ['with forced colours', { ...DESK, forcedColors: 'active' }],
];

const DETAILED = 'lively-11';
const ASKING = 'lively-1';
const onBoard = async (page: Page): Promise<void> => page.locator('.card').first().waitFor();
const options = (page: Page) => page.locator('.palette [role="option"]');
const close = async (page: Page): Promise<void> => {
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
};

const BOARD_VIEWS: readonly View[] = [
  ['the board', onBoard],
  [
    'its filters, one picked',
    async (page) => {
      await page.getByRole('button', { name: 'Filter', exact: true }).click();
      await page.getByRole('checkbox', { name: /Lena Berg/ }).check();
      // On a phone the panel lies over the page: what it hides half is not small.
      await page.evaluate('scrollTo(0, 0)');
    },
  ],
  [
    'lanes of people',
    async (page) => {
      await page.keyboard.press('Escape');
      await page.locator('.chip').click();
      await page.getByLabel('Group by').selectOption('Person');
    },
  ],
  [
    'the settings',
    async (page) => {
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('dialog', { name: 'Settings' }).waitFor();
      // What a sheet hides half is not small.
      await page.evaluate('scrollTo(0, 0)');
    },
  ],
  [
    'details of a session whose sources differ',
    async (page) => {
      await page.keyboard.press('Escape');
      await page.evaluate('scrollTo(0, 0)');
      await page.click(`[data-session="${DETAILED}"] [data-control="why"]`);
      await page.locator('dialog .history').waitFor();
    },
  ],
  [
    'the palette',
    async (page) => {
      await close(page);
      await page.keyboard.press('Control+k');
      await options(page).first().waitFor();
    },
  ],
  [
    'what the palette finds',
    async (page) => {
      await page.keyboard.type('ledger');
      await options(page).filter({ hasText: 'acme/ledger' }).first().waitFor();
    },
  ],
  [
    'the palette without a find',
    async (page) => {
      await page.keyboard.type(' zebra');
      await options(page).first().waitFor({ state: 'detached' });
    },
  ],
  [
    'the keyboard shortcuts',
    async (page) => {
      await close(page);
      await page.keyboard.press('Shift+?');
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    },
  ],
  [
    'nothing found',
    async (page) => {
      await close(page);
      await page.keyboard.press('/');
      await page.keyboard.type('zebra');
      await page.getByText('No session matches').waitFor();
      // What the bar hides half is not small.
      await page.evaluate('scrollTo(0, 0)');
    },
  ],
  [
    'idle cards',
    async (page) => {
      await page.keyboard.press('Escape');
      // On a phone there is one column at a time.
      await page.keyboard.press('i');
      await page.keyboard.press('4');
      await page.locator('.card, [data-session]').first().waitFor();
      await page.evaluate('scrollTo(0, 0)');
    },
  ],
  [
    'the machines',
    async (page) => {
      await page.keyboard.press('g');
      await page.keyboard.press('m');
      await page.locator('[data-machine]').first().waitFor();
    },
  ],
  [
    'the day',
    async (page) => {
      await page.keyboard.press('g');
      await page.keyboard.press('t');
      await page.locator('.panels').waitFor();
    },
  ],
  [
    'the page of a session',
    async (page) => {
      await page.goto(`${board.url}/sessions/${ASKING}`);
      await page.locator('.story .row').first().waitFor();
      await page.locator('.charts').waitFor();
    },
  ],
];

const tellLively = async (to: LiveBoard): Promise<void> => {
  const now = Date.now();
  await to.tell(...livelySessions(now));
  await to.note(DETAILED, ...historyOfDiffering(now));
  await to.note(ASKING, ...historyOfAsking(now));
  for (const [sessionId, told] of Object.entries(livelyStories(now))) await to.recount(sessionId, told);
  await to.report(livelyMachines(now));
  await to.report([silentMachine(now - SILENT_MS)], SILENT_MS);
};

test('an empty board has no fault that axe knows', async () => {
  const isEmpty: View = [
    'the empty board',
    async (page) => {
      await fill(page, PASSWORDS.admin);
      await page.locator('.empty').waitFor();
    },
  ];
  expect(await faultsIn(team.url, DESK, [isEmpty])).toEqual([]);
});

test.each(LOOKS)('no view of a lively board has a fault that axe knows, %s', async (_look, options) => {
  await tellLively(board);
  expect(await faultsIn(board.url, options, BOARD_VIEWS)).toEqual([]);
});

/** The same once the board can't be reached any more. */
const LOST_VIEWS: readonly View[] = [
  [
    'the page of a session',
    async (page) => {
      await onBoard(page);
      await page.goto(`${board.url}/sessions/${ASKING}`);
      await page.locator('.story .row').first().waitFor();
      await board.goAway();
      await page.getByText('Not connected since').first().waitFor();
    },
  ],
  [
    'the board',
    async (page) => {
      await page.locator('.brand').click();
      await onBoard(page);
    },
  ],
];

test.each(LOOKS.slice(0, 2))('what stays of a lost board has no fault that axe knows, %s', async (_look, options) => {
  await tellLively(board);
  try {
    expect(await faultsIn(board.url, options, LOST_VIEWS)).toEqual([]);
  } finally {
    await board.comeBack();
  }
});

const fill = async (page: Page, password: string): Promise<void> => {
  await page.getByLabel('Your name').fill('Mika Korhonen');
  await page.getByLabel('Password of the board').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
};
const TEAM_VIEWS: readonly View[] = [
  [
    'the sign-in with a wrong password',
    async (page) => {
      await fill(page, 'no password of this board');
      await page.getByText('That is not a password').waitFor();
    },
  ],
  [
    'the menu of who is signed in',
    async (page) => {
      await fill(page, PASSWORDS.admin);
      await page.getByRole('button', { name: /^Signed in as/ }).click();
    },
  ],
  [
    'the machines, while one is added and one revoked',
    async (page) => {
      await page.keyboard.press('Escape');
      await page.keyboard.press('g');
      await page.keyboard.press('m');
      await page.getByRole('button', { name: 'Add a machine' }).click();
      await page.getByRole('button', { name: 'Make the line' }).click();
      await page.locator('code').filter({ hasText: 'agent --join' }).waitFor();
      await page
        .getByRole('button', { name: /^Revoke/ })
        .first()
        .click();
      // What a page that was scrolled shows half under its bar is not small.
      await page.evaluate('scrollTo(0, 0)');
    },
  ],
];

test.each(LOOKS.slice(0, 4))('no view of a team’s board has a fault that axe knows, %s', async (_look, options) => {
  await tellLively(team);
  for (const { machine, owner } of livelyMachines(0))
    await team.access.issue({ machine, owner: owner ?? '', by: 'Mika Korhonen' });
  expect(await faultsIn(team.url, options, TEAM_VIEWS)).toEqual([]);
});
