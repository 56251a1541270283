import { type Session, sessionSchema } from '@crewboard/contract';
import { z } from 'zod';
import { launchChromium } from '../support/chromium.ts';

/** The board in a real browser, opened once and never loaded again. */
export interface Page {
  /** What it holds now, of each session. */
  sessions(): Promise<Session[]>;
  /** What no page may do: takes what was noted so far. */
  takeFaults(): string[];
  close(): Promise<void>;
}

/** Runs in the page: what its store holds, as JSON. */
const READ = `(() => {
  const { $pinia } = document.querySelector('#app').__vue_app__.config.globalProperties;
  return JSON.stringify([...$pinia._s.get('board').board.sessions.values()]);
})()`;

export const openPage = async (url: string): Promise<Page> => {
  const browser = await launchChromium();
  const page = await browser.newPage();
  let faults: string[] = [];
  await page.goto(url);
  page.on('load', () => faults.push('the page was loaded again'));
  page.on('pageerror', (error) => faults.push(`the page failed: ${error.message}`));
  return {
    sessions: async () => z.array(sessionSchema).parse(JSON.parse(String(await page.evaluate(READ)))),
    takeFaults: () => {
      const taken = faults;
      faults = [];
      return taken;
    },
    close: () => browser.close(),
  };
};
