import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSolo } from '../support/board.ts';
import { launchChromium } from '../support/chromium.ts';
import { scratchDir, startProgram } from '../support/program.ts';
import { faultsOf } from './axe.ts';

const SESSION = '7d3a1c52-0000-4000-8000-000000000001';
/** An agent reports every five seconds. */
const PATIENCE = { timeout: 20_000 };

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

const promptLine = (text: string): string =>
  `${JSON.stringify({
    type: 'user',
    message: { role: 'user', content: text },
    uuid: 'u-1',
    timestamp: new Date().toISOString(),
    sessionId: SESSION,
    cwd: '/home/dev/widgets',
    promptSource: 'typed',
  })}\n`;

const step = (page: Page, name: string): Locator => page.locator(`[data-step="${name}"]`);
const isDone = (page: Page, name: string) => expect.poll(() => step(page, name).locator('.done').count(), PATIENCE);
const WINDOWS = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
  { width: 2560, height: 1300 },
];

test('a first run ticks off each step as it happens, up to the first card', async () => {
  const home = await scratchDir();
  const solo = await startSolo(home);
  await expect.poll(() => solo.output(), PATIENCE).toContain(solo.url);
  const pages = await Promise.all(WINDOWS.map((viewport) => browser.newPage({ viewport, reducedMotion: 'reduce' })));
  for (const page of pages) {
    await page.goto(solo.url);
    await page.getByRole('heading', { name: 'No sessions yet' }).waitFor();
    await isDone(page, 'machine').toBe(1);
    await step(page, 'hooks').getByText('npx crewboard hooks install').waitFor();
    await isDone(page, 'hooks').toBe(0);
    await page.getByText('All of it stays on this machine').waitFor();
    expect(await page.locator('[data-step] code').last().innerText()).toBe('claude');
    expect(await faultsOf(page)).toEqual([]);
  }

  const own = { HOME: home, CLAUDE_CONFIG_DIR: join(home, '.claude'), CREWBOARD_DATA_DIR: join(home, '.crewboard') };
  expect(await startProgram('crewboard.js', ['hooks', 'install', '--client-version', '2.1.330'], own).exited).toBe(0);
  for (const page of pages) {
    await isDone(page, 'hooks').toBe(1);
    await step(page, 'hooks').getByText('npx crewboard hooks remove').waitFor();
  }

  const transcript = join(home, '.claude/projects/-home-dev-widgets', `${SESSION}.jsonl`);
  await mkdir(dirname(transcript), { recursive: true });
  await writeFile(transcript, promptLine('Let the cursor survive'));
  for (const page of pages) {
    await page
      .locator(`.card[data-session="${SESSION}"]`)
      .getByRole('heading', { name: 'Let the cursor survive' })
      .waitFor();
    await page.close();
  }
});
