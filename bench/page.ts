import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { createBurst, shownBy, wrongOn } from '../test/browser/burst.ts';
import { type LiveBoard, openLiveBoard } from '../test/browser/live-board.ts';
import { manySessions } from '../test/browser/lively.ts';
import { launchChromium } from '../test/support/chromium.ts';
import { readTraces, traced } from './page/trace.ts';
import { costsMs, forgetFigures, frameFigures, heapMb, untilPainted, WATCH, withoutFigures } from './page/watch.ts';
import { type Benchmark, median, type Row, rounded } from './report.ts';

const PARTS = ['painted', 'scroll', 'burst'] as const;
const PAINTED = { sessions: 300, runs: 5 };
const SESSIONS = 1_000;
const BURST = { everyMs: 50, changes: 25, forMs: 20_000 };
const SCROLL_FRAMES = 240;

/** How the board is looked at: as it opens, and at its heaviest: every session a card, in one lane. */
const LOOKS = [
  { look: 'as it opens', path: '/?helpers=shown', isIdleOpen: false },
  { look: 'all cards, one lane', path: '/?by=none&helpers=shown', isIdleOpen: true },
] as const;
type Look = (typeof LOOKS)[number];

const openPage = async (browser: Browser, url: string): Promise<{ page: Page; cdp: CDPSession }> => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  // The time of the thread itself: what else runs on the machine does not count.
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.addInitScript(WATCH);
  await page.goto(url);
  return { page, cdp };
};

const openLook = async (browser: Browser, url: string, { path, isIdleOpen }: Look) => {
  const { page, cdp } = await openPage(browser, `${url}${path}`);
  await untilPainted(page);
  if (isIdleOpen) await page.locator('.heads button[aria-expanded="false"]').click();
  await page.waitForFunction('window.frames.length > 30');
  return { page, cdp };
};

const measurePainted = async (browser: Browser, url: string): Promise<Row> => {
  const samples: number[] = [];
  const own: number[] = [];
  for (let run = 0; run < PAINTED.runs; run++) {
    const { page, cdp } = await openPage(browser, url);
    samples.push(await untilPainted(page));
    own.push((await costsMs(cdp)).all);
    await page.context().close();
  }
  return {
    what: 'navigation to first card painted, nothing cached',
    sessions: PAINTED.sessions,
    'p50 ms': rounded(median(samples)),
    'max ms': rounded(Math.max(...samples)),
    'own ms of the main thread': rounded(median(own)),
  };
};

/** From the top of the board to its end, a step a frame. */
const measureScroll = async (browser: Browser, url: string, look: Look): Promise<Row> => {
  const { page } = await openLook(browser, url, look);
  await forgetFigures(page);
  const { trace } = await traced(browser, page, () =>
    page.evaluate(`new Promise((done) => {
      let left = ${SCROLL_FRAMES};
      const step = () => {
        if (left-- === 0) return done();
        scrollBy(0, (document.documentElement.scrollHeight - innerHeight - scrollY) / (left + 1));
        requestAnimationFrame(step);
      };
      step();
    })`),
  );
  const { figures: tasks, ownMs } = readTraces([trace]);
  const frames = { ...(await frameFigures(page)), 'own ms a frame': rounded(ownMs / SCROLL_FRAMES, 1) };
  await page.context().close();
  return { what: 'scroll to the end', look: look.look, sessions: SESSIONS, ...tasks, ...frames };
};

const measureBurst = async (
  browser: Browser,
  board: LiveBoard,
  look: Look,
  profile?: string,
): Promise<{ row: Row; parts: Row[] }> => {
  const burst = createBurst(manySessions(SESSIONS, Date.now()));
  await board.tell(...burst.last().values());
  const { page, cdp } = await openLook(browser, board.url, look);
  const heapBefore = await heapMb(cdp);
  if (profile) {
    await cdp.send('Profiler.enable');
    await cdp.send('Profiler.start');
  }
  await forgetFigures(page);
  const before = await costsMs(cdp);
  const half = async (): Promise<number> => {
    const beganAt = performance.now();
    for (let due = 0; due < BURST.forMs / 2; due += BURST.everyMs) {
      await sleep(Math.max(0, beganAt + due - performance.now()));
      await board.tell(...burst.next(BURST.changes));
    }
    return (performance.now() - beganAt) / 1_000;
  };
  const first = await traced(browser, page, half);
  const heapHalfway = await withoutFigures(page, () => heapMb(cdp));
  const second = await traced(browser, page, half);
  const seconds = first.result + second.result;
  const told = (BURST.forMs / BURST.everyMs) * BURST.changes;
  const after = await costsMs(cdp);
  const { figures: tasks, parts } = readTraces([first.trace, second.trace]);
  const figures = { ...tasks, ...(await frameFigures(page)) };
  if (profile) {
    const { profile: taken } = await cdp.send('Profiler.stop');
    await writeFile(`${profile}-${LOOKS.indexOf(look)}.cpuprofile`, JSON.stringify(taken));
    await writeFile(`${profile}-${LOOKS.indexOf(look)}.trace.json`, JSON.stringify([first.trace, second.trace]));
  }
  const isLastShown = async (): Promise<boolean> => wrongOn(await shownBy(page), expected()).length === 0;
  const expected = () =>
    look.isIdleOpen ? burst.last().values() : [...burst.last().values()].filter(({ status }) => status !== 'idle');
  for (let tries = 0; tries < 50 && !(await isLastShown()); tries++) await sleep(100);
  const wrong = wrongOn(await shownBy(page), expected());
  const heapAfter = await heapMb(cdp);
  await page.context().close();
  const row = {
    what: `burst of ${rounded(told / seconds)} changes/s for ${rounded(seconds)} s`,
    look: look.look,
    sessions: SESSIONS,
    ...figures,
    'busy %': rounded((after.all - before.all) / seconds / 10),
    'script %': rounded((after.script - before.script) / seconds / 10),
    'style+layout %': rounded((after.style + after.layout - before.style - before.layout) / seconds / 10),
    'heap MB before': heapBefore,
    'heap MB halfway': heapHalfway,
    'heap MB after': heapAfter,
    'cards wrong at the end': wrong.length,
  };
  return { row, parts };
};

export const benchmark: Benchmark = {
  about: `The page in Chromium, on a real gateway: first paint with ${PAINTED.sessions} sessions; scrolling and a burst with ${SESSIONS} ([painted] [scroll] [burst] [--profile <file>])`,
  run: async (args) => {
    const profile = args.includes('--profile') ? args[args.indexOf('--profile') + 1] : undefined;
    const named = PARTS.filter((part) => args.includes(part));
    const parts: readonly string[] = named.length > 0 ? named : PARTS;
    const [browser, board] = await Promise.all([launchChromium(), openLiveBoard()]);
    const rows: Row[] = [];
    const more: Record<string, Row[]> = {};
    try {
      await board.tell(...manySessions(PAINTED.sessions, Date.now()));
      if (parts.includes('painted')) rows.push(await measurePainted(browser, board.url));
      await board.tell(...manySessions(SESSIONS, Date.now()));
      for (const look of LOOKS) if (parts.includes('scroll')) rows.push(await measureScroll(browser, board.url, look));
      for (const look of parts.includes('burst') ? LOOKS : []) {
        const measured = await measureBurst(browser, board, look, profile);
        rows.push(measured.row);
        more[`Main thread during the burst, ${look.look}`] = measured.parts;
      }
      return { rows, more };
    } finally {
      await browser.close();
      await board.close();
    }
  },
};
