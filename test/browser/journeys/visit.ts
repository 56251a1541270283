import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { Client } from '../../support/claude-client.ts';
import { MARA, type Pipeline } from './pipeline.ts';

/** A phone, a laptop and a large screen, in px. */
export const WIDTHS = [390, 1280, 2560] as const;
export type Width = (typeof WIDTHS)[number];

const SIZES: Record<Width, BrowserContextOptions> = {
  390: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  1280: { viewport: { width: 1280, height: 800 } },
  2560: { viewport: { width: 2560, height: 1300 } },
};

const STATUSES = ['waiting_for_approval', 'working', 'waiting_for_input', 'idle'] as const;
type Status = (typeof STATUSES)[number];

/** A person in front of the page. */
export interface Visit {
  page: Page;
  /** One column at a time. */
  isNarrow: boolean;
  /** What the page complained of. */
  faults: string[];
  /** Whom it talked to. */
  hosts: Set<string>;
  /** Where a session stands on the board. */
  place(client: Client): Locator;
  /** Looks at a column: on a phone there is one at a time. */
  look(status: Status): Promise<void>;
  /** Waits until a session stands there; where there is one column at a time it is looked at. */
  seeIn(lane: string, status: Status, client: Client): Promise<void>;
  /** How many are in each column, by its heads. */
  counts(): Promise<number[]>;
  /** A click, or on a phone a tap. */
  press(locator: Locator): Promise<void>;
  leave(): Promise<void>;
}

export interface VisitOptions extends BrowserContextOptions {
  width: Width;
  name?: string;
  path?: string;
}

/** Opens the page as one of the team, and waits until it is live. */
export const visit = async (
  browser: Browser,
  pipeline: Pipeline,
  { width, name = MARA.owner, path = '/', ...options }: VisitOptions,
): Promise<Visit> => {
  const context = await browser.newContext({ ...SIZES[width], ...options });
  await pipeline.signIn(context, name);
  const page = await context.newPage();
  const faults: string[] = [];
  const hosts = new Set<string>();
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  page.on('websocket', (socket) => hosts.add(new URL(socket.url()).host));
  await page.goto(`${pipeline.url}${path}`);
  await page.locator('.connection').filter({ hasText: 'Live' }).waitFor({ state: 'attached' });

  const isNarrow = width === 390;
  const press = (locator: Locator): Promise<void> => (isNarrow ? locator.tap() : locator.click());
  const look = async (status: Status): Promise<void> => {
    if (isNarrow) await press(page.locator('.picker button').nth(STATUSES.indexOf(status)));
  };
  const place = ({ sessionId }: Client): Locator => page.locator(`[data-session="${sessionId}"]`);
  return {
    page,
    isNarrow,
    faults,
    hosts,
    place,
    look,
    seeIn: async (lane, status, { sessionId }) => {
      await look(status);
      await page.locator(`[data-lane="${lane}"] [data-column="${status}"] [data-session="${sessionId}"]`).waitFor();
    },
    counts: async () => (await page.locator(isNarrow ? '.picker .number' : '.heads small').allInnerTexts()).map(Number),
    press,
    leave: () => context.close(),
  };
};

/** A locator's words in one line. */
export const wordsOf = async (locator: Locator): Promise<string> =>
  (await locator.innerText()).replaceAll(/\s+/g, ' ').trim();

export const styleOf = (locator: Locator, property: string): Promise<string> =>
  locator.evaluate(
    (element, name) => element.ownerDocument.defaultView.getComputedStyle(element).getPropertyValue(name),
    property,
  );
export const isWithin = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth');
