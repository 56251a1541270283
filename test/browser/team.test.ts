import { MACHINE_LOST_MS } from '@crewboard/contract';
import { aMachineReport, aSession } from '@crewboard/contract/testing';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PASSWORDS, signInOptions } from '../../services/gateway/test/sign-in.ts';
import { launchChromium } from '../support/chromium.ts';
import { smallTargets } from './axe.ts';
import { type LiveBoard, openLiveBoard } from './live-board.ts';
import { livelySessions } from './lively.ts';
import { livelyMachines, SILENT_MS, silentMachine } from './lively-machines.ts';

const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let browser: Browser;
let board: LiveBoard;
let context: BrowserContext;
let page: Page;
let faults: string[] = [];

beforeAll(async () => {
  [browser, board] = await Promise.all([launchChromium(), openLiveBoard({ signIn: signInOptions() })]);
});

afterAll(async () => {
  await browser?.close();
  await board?.close();
});

beforeEach(async () => {
  await board.tell(...livelySessions(Date.now()));
  await reportAll();
});

afterEach(async () => {
  await context?.close();
});

const reportAll = async (): Promise<void> => {
  const now = Date.now();
  await board.report(livelyMachines(now));
  await board.report([silentMachine(now - SILENT_MS)], SILENT_MS);
};

const open = async (path = '/', options: BrowserContextOptions = DESK): Promise<void> => {
  faults = [];
  context = await browser.newContext(options);
  page = await context.newPage();
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.goto(`${board.url}${path}`);
};
const fill = async (name: string, password: string): Promise<void> => {
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Password of the board').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
};
const signIn = async (role: keyof typeof PASSWORDS = 'member', name = 'Mika Korhonen'): Promise<void> => {
  await fill(name, PASSWORDS[role]);
  await page.locator('.connection').filter({ hasText: 'Live' }).waitFor();
};
const cards = (): Locator => page.locator('[data-session]');
const lanes = (): Promise<(string | null)[]> =>
  page.locator('[data-lane]').evaluateAll((all) => all.map((lane) => lane.getAttribute('data-lane')));
const menu = (): Locator => page.getByRole('button', { name: /^Signed in as/ });
const signOut = async (): Promise<void> => {
  await menu().click();
  await page.getByRole('button', { name: 'Sign out' }).click();
};

describe('signing in', () => {
  test('stands before everything, and comes back to where one was', async () => {
    await open('/?by=person&person=Lena+Berg');
    await page.getByRole('heading', { name: 'Sign in to the board' }).waitFor();
    expect(await cards().count()).toBe(0);
    await signIn();
    await cards().first().waitFor();
    expect(await lanes()).toEqual(['Lena Berg']);
    expect(new URL(page.url()).search).toBe('?by=person&person=Lena+Berg');
    expect(faults).toEqual([]);
  });

  test('says that a password is wrong, and lets one try again', async () => {
    await open();
    await fill('Mika', 'no password of this board');
    await page.getByRole('alert').filter({ hasText: 'That is not a password of this board.' }).waitFor();
    await page.getByLabel('Password of the board').fill(PASSWORDS.viewer);
    await page.keyboard.press('Enter');
    await cards().first().waitFor();
  });

  test('is remembered by the browser', async () => {
    await open();
    await signIn();
    await page.reload();
    await cards().first().waitFor();
  });

  test('is an app before anybody signs in; unreached it shows neither a sign-in nor what it showed before', async () => {
    for (const path of ['/manifest.webmanifest', '/worker.js', '/icons/192.png'])
      expect((await fetch(`${board.url}${path}`)).status, path).toBe(200);
    await open();
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    await signIn();
    await cards().first().waitFor();
    await board.goAway();
    try {
      await page.reload();
      await page.getByText('The board can’t be reached').waitFor();
      expect(await cards().count()).toBe(0);
      expect(await page.getByLabel('Your name').count()).toBe(0);
    } finally {
      await board.comeBack();
    }
    await cards().first().waitFor({ timeout: 20_000 });
  });

  test('says what went wrong at a provider, once', async () => {
    await open('/?sign-in=not_allowed');
    await page.getByRole('alert').filter({ hasText: 'this board lets in other people' }).waitFor();
    await expect.poll(() => new URL(page.url()).search).toBe('');
  });

  test('ends for all pages of a browser, and nothing of the board stays', async () => {
    await open();
    await signIn();
    await cards().first().waitFor();
    const other = await context.newPage();
    await other.goto(`${board.url}/?by=machine`);
    await other.locator('[data-session]').first().waitFor();
    await signOut();
    await page.getByRole('heading', { name: 'Sign in to the board' }).waitFor();
    await expect.poll(() => page.title()).toBe('Sign in · Crewboard');
    expect(await cards().count()).toBe(0);
    expect(await page.content()).not.toContain('acme/');
    // The feed of the other page is closed by the gateway, within a few seconds.
    await other.getByRole('heading', { name: 'Sign in to the board' }).waitFor();
    expect(await other.locator('[data-session]').count()).toBe(0);
    expect(new URL(other.url()).search).toBe('?by=machine');
  });

  test('of another person shows that person', async () => {
    await open();
    await signIn('member', 'Lena Berg');
    await signOut();
    await signIn('admin', 'Mika Korhonen');
    await menu().click();
    await page.getByText('Admin: may add and revoke machines').waitFor();
  });
});

describe('people on the board', () => {
  test('group its lanes, with what each has', async () => {
    await open();
    await signIn();
    await page.getByLabel('Group by').selectOption('Person');
    await expect.poll(lanes).toEqual(['Amira Rahman', 'Jonas Sá', 'Lena Berg', 'Mika Korhonen', 'Tove Nyström']);
    await page
      .locator('[data-lane="Mika Korhonen"] > header')
      .filter({ hasText: /6 sessions · 2 repositories · 2 machines · 1 pull request/ })
      .waitFor();
    await page.goBack();
    await expect.poll(lanes).toEqual(['acme/atlas', 'acme/ledger', 'acme/widgets']);
  });

  test('are picked one by one, and the address says whom', async () => {
    await open();
    await signIn();
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByRole('checkbox', { name: /Lena Berg/ }).check();
    await page.getByRole('checkbox', { name: /acme\/atlas/ }).check();
    await expect.poll(() => cards().count()).toBe(2);
    expect(new URL(page.url()).search).toBe('?person=Lena+Berg&repo=acme/atlas');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Repository: acme/atlas. Remove' }).click();
    await expect.poll(() => cards().count()).toBe(4);
    await page.locator('.queue').getByRole('button', { name: '3 more outside this filter' }).click();
    await expect.poll(() => new URL(page.url()).search).toBe('');
    await page.goBack();
    await expect.poll(() => cards().count()).toBe(4);
  });

  test('are shown to whoever was sent a link', async () => {
    await open('/?by=none&machine=mk-xps&q=tiles');
    await signIn('viewer');
    await expect
      .poll(() => cards().evaluateAll((all) => all.map((card) => card.getAttribute('data-session'))))
      .toEqual(['lively-19']);
    expect(await page.getByRole('searchbox').inputValue()).toBe('tiles');
  });

  test('have their machine told where they have more than one, and in full when one asks', async () => {
    await board.tell(
      aSession({ sessionId: 'one', owner: 'Ida Holm', machine: 'ih-mbp', repo: 'acme/solo' }),
      aSession({ sessionId: 'two', owner: 'Per Dahl', machine: 'pd-a', repo: 'acme/solo' }),
      aSession({ sessionId: 'three', owner: 'Per Dahl', machine: 'pd-b', repo: 'acme/solo' }),
    );
    await open('/?repo=acme/solo');
    await signIn();
    const who = (sessionId: string) => page.locator(`[data-session="${sessionId}"] .who`);
    await expect.poll(() => who('two').innerText()).toContain('pd-a');
    expect(await who('one').innerText()).not.toContain('ih-mbp');
    await page.locator('[data-session="one"]').hover();
    await expect.poll(() => who('one').innerText()).toMatch(/Ida Holm.*ih-mbp/s);
    await board.takeAway('one', 'two', 'three');
  });

  test('have the number of what they keep private told, and nothing else of it', async () => {
    await open();
    await signIn();
    await page
      .getByRole('list', { name: 'Private sessions' })
      .filter({ hasText: 'Amira Rahman: 2 private sessions' })
      .waitFor();
  });
});

describe('machines', () => {
  const strip = (): Locator => page.locator('.top').getByRole('button', { name: /machines?/ });

  test('stand behind a button that counts them, with who is not heard first', async () => {
    await open();
    await signIn();
    await strip()
      .filter({ hasText: /6 machines\s*·\s*1 offline/ })
      .waitFor();
    await strip().click();
    const panel = page.getByRole('dialog', { name: 'Machines' });
    await panel
      .locator('[data-machine]')
      .first()
      .filter({ hasText: /js-air\s*Jonas Sá\s*offline\s*22m/ })
      .waitFor();
    await panel
      .locator('[data-machine="devbox-2"]')
      .filter({ hasText: '128 events to send, 3.2 MB to read' })
      .waitFor();
    await panel.getByRole('link').click();
    await page.getByRole('heading', { name: 'Machines' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/machines');
  });

  test('are offline as soon as they are silent for too long, and back with the next report', async () => {
    const report = aMachineReport({ machine: 'going', owner: 'Ida Holm' });
    await board.report([report]);
    await open('/machines');
    await signIn();
    const row = page.locator('[data-machine="going"]');
    await row.filter({ hasText: 'Connected' }).waitFor();
    await board.report([report], MACHINE_LOST_MS);
    await row.filter({ hasText: 'Offline' }).waitFor();
    await board.report([report]);
    await row.filter({ hasText: 'Connected' }).waitFor();
    await board.forgetMachines('going');
  });

  test('of another version are told apart, with what to do', async () => {
    await board.report([
      aMachineReport({ machine: 'ancient', agentVersion: '0.0.1' }),
      aMachineReport({ machine: 'futuristic', agentVersion: '3.0.0' }),
    ]);
    await open('/machines');
    await signIn();
    await page
      .locator('[data-machine="ancient"]')
      .filter({ hasText: 'one version older than the board, works' })
      .waitFor();
    await page.locator('[data-machine="futuristic"]').filter({ hasText: 'too new for the board' }).waitFor();
    await board.forgetMachines('ancient', 'futuristic');
  });

  test('grouped by, say in their lane that they are offline', async () => {
    await open('/?by=machine');
    await signIn();
    await page
      .locator('[data-lane="js-air"] > header')
      .filter({ hasText: /Offline for 22m/ })
      .waitFor();
  });

  test('join with a line that an admin makes, and go when they are revoked', async () => {
    await open('/machines');
    await signIn('admin');
    await page.getByRole('button', { name: 'Add a machine' }).click();
    await page.getByLabel('Whose machine is it?').fill('Ida Holm');
    await page.getByRole('button', { name: 'Make the line' }).click();
    const line = await page.locator('code').filter({ hasText: 'agent --join' }).innerText();
    const [, code = ''] = line.split('#');
    await page.getByText('Open invitations').waitFor();
    await board.access.join({ code, machine: 'ih-mbp' });
    await page.getByText('Used, or taken back').waitFor({ timeout: 20_000 });
    await page.getByText('Joined, not heard yet').waitFor();
    await board.report([aMachineReport({ machine: 'ih-mbp', owner: 'Ida Holm' })]);
    const row = page.locator('[data-machine="ih-mbp"]');
    await row.getByRole('button', { name: 'Revoke ih-mbp' }).click();
    await row.getByRole('button', { name: 'Keep' }).click();
    await row.getByRole('button', { name: 'Revoke ih-mbp' }).click();
    await row.getByRole('button', { name: 'Revoke', exact: true }).click();
    await row.waitFor({ state: 'detached', timeout: 20_000 });
    await page.getByRole('region', { name: 'Revoked' }).filter({ hasText: 'ih-mbp' }).waitFor();
    expect((await board.access.machines()).find(({ machine }) => machine === 'ih-mbp')?.revokedAt).not.toBeNull();
  });

  test('of a member are added without asking whose, and the line is taken back again', async () => {
    await open('/machines');
    await signIn('member', 'Per Dahl');
    await page.getByRole('button', { name: 'Add a machine' }).click();
    await page.locator('code').filter({ hasText: 'agent --join' }).waitFor();
    expect((await board.access.invites()).find(({ owner }) => owner === 'Per Dahl')).toBeDefined();
    expect(await page.getByRole('button', { name: /^Revoke/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Take back the invitation for Per Dahl' }).click();
    await page.getByRole('button', { name: 'Take back', exact: true }).click();
    await expect.poll(async () => (await board.access.invites()).some(({ owner }) => owner === 'Per Dahl')).toBe(false);
  });

  test('are not for viewers to add', async () => {
    await open('/machines');
    await signIn('viewer');
    await page.locator('[data-machine]').first().waitFor();
    expect(await page.getByRole('button', { name: 'Add a machine' }).count()).toBe(0);
  });
});

test('a phone has room for all of it, and every target is a finger wide', async () => {
  for (const path of ['/', '/machines']) {
    await open(path, PHONE);
    await signIn('admin');
    await page.locator('[data-session], [data-machine]').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await smallTargets(page)).toEqual([]);
    await context.close();
  }
});

test('an empty board teaches whoever may how to add the first machine', async () => {
  await board.takeAway(...livelySessions(0).map(({ sessionId }) => sessionId));
  await board.forgetMachines(...livelyMachines(0).map(({ machine }) => machine), 'js-air');
  await open();
  await signIn('member', 'Per Dahl');
  await page.getByText('No sessions yet').waitFor();
  await page.getByRole('button', { name: 'Add a machine' }).click();
  await page.locator('code').filter({ hasText: 'agent --join' }).waitFor();
  await board.report([aMachineReport({ machine: 'first', owner: 'Per Dahl' })]);
  await page.getByText('1 machine reports to the board.').waitFor();
  await board.forgetMachines('first');
});
