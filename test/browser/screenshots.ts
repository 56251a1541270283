// npx tsx test/browser/screenshots.ts docs/images: the pictures of the README, from the page as it is shipped.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { PASSWORDS, signIn, signInOptions } from '../../services/gateway/test/sign-in.ts';
import { launchChromium } from '../support/chromium.ts';
import { openLiveBoard } from './live-board.ts';
import { livelySessions } from './lively.ts';
import { historyOfDiffering } from './lively-history.ts';
import { livelyMachines, SILENT_MS, silentMachine } from './lively-machines.ts';

const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1.5 };
const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};
/** Its sources differ: there is much to tell. */
const TOLD_OF = 'lively-11';

const onBoard = async (page: Page): Promise<void> => page.locator('.card').first().waitFor();
const onDetails = async (page: Page): Promise<void> => {
  await onBoard(page);
  await page.locator(`[data-session="${TOLD_OF}"] [data-control="why"]`).click();
  await page.locator('dialog .history').waitFor();
};
const onMachines = async (page: Page): Promise<void> => page.locator('[data-machine]').first().waitFor();
const onSignIn = async (page: Page): Promise<void> => page.getByLabel('Your name').waitFor();

const PICTURES: readonly [
  name: string,
  options: BrowserContextOptions,
  path: string,
  shows: (page: Page) => Promise<void>,
][] = [
  ['board-light', { ...DESK, colorScheme: 'light' }, '/', onBoard],
  ['board-dark', { ...DESK, colorScheme: 'dark' }, '/', onBoard],
  ['people', { ...DESK, colorScheme: 'light' }, '/?by=person', onBoard],
  ['phone', { ...PHONE, colorScheme: 'light' }, '/', onBoard],
  ['details', { ...DESK, colorScheme: 'light' }, '/', onDetails],
  ['phone-details', { ...PHONE, colorScheme: 'dark' }, '/', onDetails],
  ['machines', { ...DESK, viewport: { width: 1440, height: 760 }, colorScheme: 'light' }, '/machines', onMachines],
  ['sign-in', { ...DESK, viewport: { width: 960, height: 600 }, colorScheme: 'light' }, '/', onSignIn],
];

const outDir = process.argv[2];
if (!outDir) throw new Error('Where to? npx tsx test/browser/screenshots.ts <outDir>');
await mkdir(outDir, { recursive: true });

const person = { name: 'Mika Korhonen', password: PASSWORDS.admin };
const board = await openLiveBoard({ signIn: signInOptions() });
const browser = await launchChromium();
try {
  await board.tell(...livelySessions(Date.now()));
  await board.note(TOLD_OF, ...historyOfDiffering(Date.now()));
  for (const [name, options, path, shows] of PICTURES) {
    // Told anew for each, so that all show the same ages.
    const now = Date.now();
    await board.tell(...livelySessions(now));
    await board.report(livelyMachines(now));
    await board.report([silentMachine(now - SILENT_MS)], SILENT_MS);
    const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
    if (shows !== onSignIn) {
      const [cookie = '', value = ''] = (await signIn(board.url, person)).split('=');
      await context.addCookies([{ name: cookie, value, url: board.url }]);
    }
    const page = await context.newPage();
    await page.goto(`${board.url}${path}`, { waitUntil: 'networkidle' });
    await shows(page);
    await page.evaluate('document.fonts.ready');
    await page.screenshot({ path: join(outDir, `${name}.png`) });
    await context.close();
  }
} finally {
  await browser.close();
  await board.close();
}
