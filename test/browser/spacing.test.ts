import type { Ask, Session } from '@crewboard/contract';
import { aMachineReport, aSession } from '@crewboard/contract/testing';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type LiveBoard, openLiveBoard } from './live-board.ts';

let browser: Browser;
let board: LiveBoard;

beforeAll(async () => {
  [browser, board] = await Promise.all([launchChromium(), openLiveBoard()]);
});
afterAll(async () => {
  await browser?.close();
  await board?.close();
});

const SIZES: readonly [name: string, options: BrowserContextOptions][] = [
  ['a phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  ['a small desk', { viewport: { width: 1280, height: 800 } }],
];

/** What a person may set for all text (WCAG 1.4.12), and nothing may be lost by it. */
const SPACED = `
  * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
  p { margin-bottom: 2em !important; }
`;

/** Parts whose words are cut off at the bottom without a mark that there are more, and whether the page is wider than its window. */
const CUT = `[
  ...Array.from(document.querySelectorAll('body *')).filter((part) => {
    const { overflowY, webkitLineClamp, clipPath } = getComputedStyle(part);
    const isCutting = overflowY === 'hidden' || overflowY === 'clip';
    return isCutting && webkitLineClamp === 'none' && clipPath === 'none' && part.scrollHeight > part.clientHeight + 2;
  }).map((part) => part.outerHTML.slice(0, 160)),
  ...(document.documentElement.scrollWidth <= innerWidth
    ? []
    : ['wider than its window', ...Array.from(document.querySelectorAll('main *, header *, aside *'))
        .filter((part) => part.getBoundingClientRect().right > innerWidth + 1 && part.children.length === 0)
        .map((part) => part.parentElement.outerHTML.slice(0, 200))].slice(0, 5)),
]`;
const lostIn = (page: Page): Promise<string[]> => page.evaluate<string[]>(CUT);

const LONG = 'a-name-without-an-end-'.repeat(9);
const RTL = 'תקן את הקורא של הקובץ הארוך מאוד ';
const names = (text: string) => ({ repo: text, branch: text, owner: text, machine: text, title: text.repeat(2) });

test.each(SIZES)(
  'long and right-to-left names lose nothing on %s, however wide their letters are set',
  async (_size, options) => {
    const ask: Ask = { id: 'ask', kind: 'permission', tool: 'Bash', input: LONG, since: 0, agentId: null };
    const asking = { status: 'waiting_for_approval', attention: ask, asks: [ask] } satisfies Partial<Session>;
    const told = [
      aSession({ sessionId: 'long', ...names(LONG), ...asking }),
      aSession({ sessionId: 'rtl', ...names(RTL.trim()), ...asking }),
      aSession({ sessionId: 'resting', ...names(RTL.repeat(4)), status: 'idle' }),
      aSession({ sessionId: 'busy', ...names(LONG), now: RTL.repeat(9) }),
    ];
    await board.tell(...told);
    await board.report([aMachineReport({ machine: LONG.slice(0, 100) }), aMachineReport({ machine: RTL.trim() })]);

    const context = await browser.newContext({ ...options, reducedMotion: 'reduce', bypassCSP: true });
    const page = await context.newPage();
    const lost: string[] = [];
    for (const [path, shows] of [
      ['/', '[data-need="rtl"]'],
      ['/?by=person', '.card[data-session="rtl"], [data-need="rtl"]'],
      ['/sessions/rtl', '.hands'],
      ['/machines', '[data-machine]'],
      ['/today', 'main'],
    ] as const) {
      await page.goto(`${board.url}${path}`);
      await page.locator(shows).first().waitFor();
      lost.push(...(await lostIn(page)).map((what) => `${path}: ${what}`));
      await page.addStyleTag({ content: SPACED });
      lost.push(...(await lostIn(page)).map((what) => `${path}, spaced: ${what}`));
    }
    await context.close();
    expect(lost).toEqual([]);
  },
);
