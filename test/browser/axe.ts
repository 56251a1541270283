import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds wrong as the page stands, and whether it is wider than its window: a line each. `isStrict`: text needs 7:1. */
export const faultsOf = async (page: Page, isStrict = false): Promise<string[]> => {
  const rules = JSON.stringify({ 'color-contrast-enhanced': { enabled: isStrict } });
  // Evaluated by the debugger, which the page's policy does not hold for.
  if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(axe.source);
  const faults = await page.evaluate<
    string[]
  >(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: ${rules} })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 200) + ' ' + failureSummary)))`);
  const isWithin = await page.evaluate('document.documentElement.scrollWidth <= innerWidth');
  return isWithin ? faults : [...faults, 'wider than its window'];
};

/** The targets that are seen and less high than a finger is wide, with what they say. */
export const smallTargets = (page: Page): Promise<{ text: string | null; height: number }[]> =>
  page
    .locator('button, input, select, a[href]')
    .filter({ visible: true })
    .evaluateAll((all) =>
      all
        .map((target) => ({
          text: target.textContent,
          box: (target.closest('label') ?? target).getBoundingClientRect(),
        }))
        .map(({ text, box }) => ({ text, height: box.height }))
        .filter(({ height }) => height < 42),
    );
