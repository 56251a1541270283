import type { CDPSession, Page } from 'playwright-core';
import { quantile, type Row, rounded } from '../report.ts';

/** Runs in the page before anything of it: notes when its first card was painted, and the time between frames. */
export const WATCH = `
  window.frames = [];
  let before;
  const frame = (at) => {
    if (before !== undefined) window.frames.push(at - before);
    before = at;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  new MutationObserver((_, observer) => {
    if (!document.querySelector('.card')) return;
    observer.disconnect();
    // What is set in a frame is painted at its end.
    requestAnimationFrame(() => setTimeout(() => { window.paintedAt = performance.now(); }));
  }).observe(document, { childList: true, subtree: true });
`;

/** Since navigation began, in ms. */
export const untilPainted = async (page: Page): Promise<number> => {
  await page.waitForFunction('window.paintedAt');
  return Number(await page.evaluate('window.paintedAt'));
};

/** Begins to count frames anew. */
export const forgetFigures = async (page: Page): Promise<void> => {
  await page.evaluate('void (window.frames.length = 0)');
};

/** Does something in between whose frames are none of what is measured. */
export const withoutFigures = async <Result>(page: Page, act: () => Promise<Result>): Promise<Result> => {
  const before = await page.evaluate('window.frames.length');
  const result = await act();
  // Whatever it was is over, and told of, a few frames later.
  await page.evaluate('new Promise((done) => setTimeout(done, 200))');
  await page.evaluate(`void (window.frames.length = ${before})`);
  return result;
};

/** Since `forgetFigures`. */
export const frameFigures = async (page: Page): Promise<Row> => {
  const frames = (await page.evaluate('window.frames')) as number[];
  const total = frames.reduce((sum, frame) => sum + frame, 0);
  return {
    'frames/s': rounded((frames.length * 1_000) / total, 1),
    'frame p95 ms': rounded(quantile(frames, 0.95), 1),
    'frame max ms': rounded(Math.max(0, ...frames), 1),
  };
};

export const heapMb = async (cdp: CDPSession): Promise<number> => {
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  return rounded(usedSize / 1e6, 1);
};

const COSTS = { script: 'ScriptDuration', style: 'RecalcStyleDuration', layout: 'LayoutDuration', all: 'TaskDuration' };

/** What the page's main thread did so far, in ms. */
export const costsMs = async (cdp: CDPSession): Promise<Record<keyof typeof COSTS, number>> => {
  const { metrics } = await cdp.send('Performance.getMetrics');
  const of = (name: string): number => (metrics.find((metric) => metric.name === name)?.value ?? 0) * 1_000;
  return { script: of(COSTS.script), style: of(COSTS.style), layout: of(COSTS.layout), all: of(COSTS.all) };
};
