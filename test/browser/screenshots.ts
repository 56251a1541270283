// npx tsx test/browser/screenshots.ts docs/images: the pictures of the README, from the page as it is shipped.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import { openLiveBoard } from './live-board.ts';
import { livelySessions } from './lively.ts';

const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1.5 };
const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};
const PICTURES: readonly [name: string, options: BrowserContextOptions][] = [
  ['board-light', { ...DESK, colorScheme: 'light' }],
  ['board-dark', { ...DESK, colorScheme: 'dark' }],
  ['phone', { ...PHONE, colorScheme: 'light' }],
];

const outDir = process.argv[2];
if (!outDir) throw new Error('Where to? npx tsx test/browser/screenshots.ts <outDir>');
await mkdir(outDir, { recursive: true });

const board = await openLiveBoard();
const browser = await launchChromium();
try {
  for (const [name, options] of PICTURES) {
    // Told anew for each, so that all show the same ages.
    await board.tell(...livelySessions(Date.now()));
    const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.goto(board.url, { waitUntil: 'networkidle' });
    await page.locator('.card').first().waitFor();
    await page.evaluate('document.fonts.ready');
    await page.screenshot({ path: join(outDir, `${name}.png`) });
    await context.close();
  }
} finally {
  await browser.close();
  await board.close();
}
