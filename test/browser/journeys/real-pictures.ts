import type { Browser } from 'playwright-core';
import { type Cast, playCast } from './cast.ts';
import { openPipeline } from './pipeline.ts';
import { type Visit, visit, WIDTHS } from './visit.ts';

/** What is looked at, one after the other in one page. */
const VIEWS: readonly [name: string, show: (at: Visit, cast: Cast) => Promise<unknown>][] = [
  ['board', ({ page }) => page.locator('.card').first().waitFor()],
  [
    'details',
    async ({ page, look, place }, { asking }) => {
      await look('waiting_for_approval');
      await place(asking).locator('[data-control="why"]').click();
      await page.locator('dialog .history li').first().waitFor();
    },
  ],
  [
    'session',
    async ({ page }) => {
      await page.locator('dialog').getByRole('link', { name: 'Open page' }).click();
      await page.locator('.story .row').first().waitFor();
    },
  ],
  [
    'machines',
    async ({ page }) => {
      await page.keyboard.press('g');
      await page.keyboard.press('m');
      await page.locator('[data-machine]').first().waitFor();
    },
  ],
  [
    'today',
    async ({ page }) => {
      await page.keyboard.press('g');
      await page.keyboard.press('t');
      await page.locator('.panels').waitFor();
    },
  ],
  [
    'palette',
    async ({ page }) => {
      await page.keyboard.press('Control+k');
      await page.locator('.palette [role="option"]').first().waitFor();
    },
  ],
];

/** The states of a board of real sessions, at every width and in both schemes. */
export const takeRealPictures = async (
  browser: Browser,
  save: (name: string, picture: Buffer) => Promise<void>,
): Promise<void> => {
  let cast: Cast | undefined;
  const pipeline = await openPipeline(async (world) => {
    cast = await playCast(world);
  });
  try {
    for (const width of WIDTHS) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const at = await visit(browser, pipeline, { width, colorScheme, reducedMotion: 'reduce' });
        for (const [name, show] of VIEWS) {
          if (cast) await show(at, cast);
          await at.page.evaluate('document.fonts.ready');
          await save(`real-${name}-${width}-${colorScheme}`, await at.page.screenshot());
        }
        await at.leave();
      }
    }
  } finally {
    await pipeline.close();
  }
};
