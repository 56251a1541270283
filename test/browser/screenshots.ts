// npm run screenshots: the README's pictures, from the page as it is shipped, into docs/images.
// npm run screenshots -- <folder> [name…]: every state of the page, or those that are named, to be looked at; `real` stands for
// those of a board of real sessions, as the journeys of the tests see it.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { PASSWORDS, signIn, signInOptions } from '../../services/gateway/test/sign-in.ts';
import { launchChromium } from '../support/chromium.ts';
import { takeRealPictures } from './journeys/real-pictures.ts';
import { type LiveBoard, openLiveBoard } from './live-board.ts';
import { lively, PICTURES, type Picture } from './pictures.ts';

const README_IMAGES = fileURLToPath(new URL('../../docs/images', import.meta.url));
const PERSON = { name: 'Mika Korhonen', password: PASSWORDS.admin };

const REAL = 'real';
const [folder, ...names] = process.argv.slice(2);
const unknown = names.filter((name) => name !== REAL && !PICTURES.some((picture) => picture.name === name));
if (unknown.length > 0) throw new Error(`No such picture: ${unknown.join(', ')}`);
const wanted = PICTURES.filter(({ name, isKept }) => (folder ? names.length === 0 || names.includes(name) : isKept));
const outDir = folder ?? README_IMAGES;

const pageFor = async (browser: Browser, board: LiveBoard, picture: Picture): Promise<Page> => {
  const { size, scheme = 'light', isForced, preferences, isSolo, isSignedOut } = picture;
  const context = await browser.newContext({
    ...size,
    colorScheme: scheme,
    forcedColors: isForced ? 'active' : 'none',
    reducedMotion: 'reduce',
  });
  if (!isSolo && !isSignedOut) {
    const [name = '', value = ''] = (await signIn(board.url, PERSON)).split('=');
    await context.addCookies([{ name, value, url: board.url }]);
  }
  if (preferences) {
    const kept = JSON.stringify(JSON.stringify(preferences));
    await context.addInitScript(`localStorage.setItem('crewboard-preferences', ${kept})`);
  }
  return context.newPage();
};

/** With a palette: a picture of a page has few colours, and a repository keeps each for ever. */
const save = async (name: string, picture: Buffer): Promise<void> => {
  const small = await sharp(picture).png({ palette: true, quality: 90, effort: 10, compressionLevel: 9 }).toBuffer();
  await writeFile(join(outDir, `${name}.png`), small);
};

const take = async (browser: Browser, board: LiveBoard, picture: Picture): Promise<void> => {
  const { name, path = '/', scene, shows, after } = picture;
  await board.clear();
  await (scene ?? lively)(board, Date.now());
  const page = await pageFor(browser, board, picture);
  await page.goto(`${board.url}${path}`, { waitUntil: 'networkidle' });
  await shows(page, board);
  await page.evaluate('document.fonts.ready');
  await save(name, await page.screenshot());
  await page.context().close();
  await after?.(board);
};

await mkdir(outDir, { recursive: true });
const browser = await launchChromium();
try {
  for (const isSolo of [false, true]) {
    const pictures = wanted.filter((picture) => (picture.isSolo ?? false) === isSolo);
    if (pictures.length === 0) continue;
    const board = await openLiveBoard(isSolo ? {} : { signIn: signInOptions() });
    try {
      for (const picture of pictures) await take(browser, board, picture);
    } finally {
      await board.close();
    }
  }
  if (folder && (names.length === 0 || names.includes(REAL))) await takeRealPictures(browser, save);
} finally {
  await browser.close();
}
