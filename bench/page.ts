import { openLiveBoard } from '../test/browser/live-board.ts';
import { manySessions } from '../test/browser/lively.ts';
import { launchChromium } from '../test/support/chromium.ts';
import { type Benchmark, rounded } from './report.ts';

const SESSIONS = 500;
const ROUNDS = 20;

/** Notes in the page when the first message came, when the first cards stood, and the longest task since. */
const OBSERVE = `
  window.toldAt = 0;
  window.longest = 0;
  window.WebSocket = class extends WebSocket {
    constructor(address) {
      super(address);
      this.addEventListener('message', () => { window.toldAt ||= performance.now(); });
    }
  };
  new MutationObserver((_, observer) => {
    if (!document.querySelector('.card')) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => {
      window.standsAfter = performance.now() - window.toldAt;
      new PerformanceObserver((list) => {
        for (const task of list.getEntries()) window.longest = Math.max(window.longest, task.duration);
      }).observe({ type: 'longtask' });
    }));
  }).observe(document, { childList: true, subtree: true });
`;

export const benchmark: Benchmark = {
  about: `The page in Chromium with ${SESSIONS} sessions: snapshot to painted, and the longest task of a burst of changes`,
  run: async () => {
    const [browser, board] = await Promise.all([launchChromium(), openLiveBoard()]);
    try {
      const sessions = manySessions(SESSIONS, Date.now());
      await board.tell(...sessions);
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
      await page.addInitScript(OBSERVE);
      await page.goto(board.url);
      await page.waitForFunction('window.standsAfter');
      const working = sessions.filter(({ status }) => status === 'working');
      for (let round = 0; round < ROUNDS; round++) {
        await board.tell(...working.map((session) => ({ ...session, now: `Round ${round}` })));
      }
      await page
        .getByText(`Round ${ROUNDS - 1}`)
        .last()
        .waitFor({ state: 'attached' });
      return [
        { what: 'snapshot to painted', ms: rounded(Number(await page.evaluate('window.standsAfter'))) },
        {
          what: `longest task in ${working.length * ROUNDS} changes`,
          ms: rounded(Number(await page.evaluate('window.longest'))),
        },
      ];
    } finally {
      await browser.close();
      await board.close();
    }
  },
};
