// npx tsx test/browser/screenshots.ts docs/images: the pictures of the README, from the page as it is shipped.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import { openLiveBoard } from './live-board.ts';
import { livelySessions } from './lively.ts';
import { historyOfDiffering } from './lively-history.ts';

const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1.5 };
const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};
/** Its sources differ: there is much to tell. */
const TOLD_OF = 'lively-11';
const PICTURES: readonly [name: string, options: BrowserContextOptions, shows: 'board' | 'details'][] = [
  ['board-light', { ...DESK, colorScheme: 'light' }, 'board'],
  ['board-dark', { ...DESK, colorScheme: 'dark' }, 'board'],
  ['phone', { ...PHONE, colorScheme: 'light' }, 'board'],
  ['details', { ...DESK, colorScheme: 'light' }, 'details'],
  ['phone-details', { ...PHONE, colorScheme: 'dark' }, 'details'],
];

const outDir = process.argv[2];
if (!outDir) throw new Error('Where to? npx tsx test/browser/screenshots.ts <outDir>');
await mkdir(outDir, { recursive: true });

const board = await openLiveBoard();
const browser = await launchChromium();
try {
  await board.tell(...livelySessions(Date.now()));
  await board.note(TOLD_OF, ...historyOfDiffering(Date.now()));
  for (const [name, options, shows] of PICTURES) {
    // Told anew for each, so that all show the same ages.
    await board.tell(...livelySessions(Date.now()));
    const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.goto(board.url, { waitUntil: 'networkidle' });
    await page.locator('.card').first().waitFor();
    await page.evaluate('document.fonts.ready');
    if (shows === 'details') {
      await page.locator(`[data-session="${TOLD_OF}"] [data-control="why"]`).click();
      await page.locator('dialog .history').waitFor();
    }
    await page.screenshot({ path: join(outDir, `${name}.png`) });
    await context.close();
  }
} finally {
  await browser.close();
  await board.close();
}
