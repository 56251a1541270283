import type { Session } from '@crewboard/contract';
import { aMachineReport, aSession, aToolEntry } from '@crewboard/contract/testing';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { LiveBoard } from './live-board.ts';
import { livelySessions, manySessions } from './lively.ts';
import { historyOfAsking, historyOfDiffering } from './lively-history.ts';
import { livelyMachines, SILENT_MS, silentMachine } from './lively-machines.ts';
import { livelyStories } from './lively-stories.ts';

/** One state of the page, as a person comes to it. */
export interface Picture {
  name: string;
  size: BrowserContextOptions;
  scheme?: 'light' | 'dark';
  /** As a system shows all pages that draws in few colours of its own. */
  isForced?: boolean;
  /** As the page keeps them; absent: as it begins. */
  preferences?: Readonly<Record<string, string>>;
  /** Absent: the lively board of a team. */
  scene?: Scene;
  path?: string;
  /** On a board of one's own nobody signs in. */
  isSolo?: boolean;
  isSignedOut?: boolean;
  /** One of the few that the README shows: lies in docs/images. */
  isKept?: boolean;
  /** Does what a person does, and waits until that shows. */
  shows: (page: Page, board: LiveBoard) => Promise<unknown>;
  /** Puts right what others would stumble over. */
  after?: (board: LiveBoard) => Promise<unknown>;
}

/** What stands on the board: told anew for each picture, so that all show the same ages. */
export type Scene = (board: LiveBoard, now: number) => Promise<unknown>;

const at = (width: number, height: number, deviceScaleFactor = 1.5): BrowserContextOptions => ({
  viewport: { width, height },
  deviceScaleFactor,
});
const DESK = at(1440, 900);
const LAPTOP = at(1280, 800);
const WIDE = at(2560, 1300, 1);
const PHONE: BrowserContextOptions = { ...at(390, 844, 2), hasTouch: true, isMobile: true };

/** Its sources differ: there is much to tell. */
const TOLD_OF = 'lively-11';

const machines = async (board: LiveBoard, now: number): Promise<void> => {
  await board.report(livelyMachines(now));
  await board.report([silentMachine(now - SILENT_MS)], SILENT_MS);
};
/** Somebody looks at what it asks. */
const claimed = (session: Session): Session => ({
  ...session,
  claim: { by: 'Lena Berg', at: session.since, on: session.attention?.id ?? '', about: 'ask' },
});
export const lively: Scene = async (board, now) => {
  await board.tell(
    ...livelySessions(now).map((session) => (session.attention?.kind === 'plan' ? claimed(session) : session)),
  );
  await board.note(TOLD_OF, ...historyOfDiffering(now));
  await board.note('lively-1', ...historyOfAsking(now));
  for (const [sessionId, told] of Object.entries(livelyStories(now))) await board.recount(sessionId, told);
  await machines(board, now);
};
const few: Scene = async (board, now) => {
  await board.tell(...livelySessions(now).slice(0, 3));
  await machines(board, now);
};
const many: Scene = async (board, now) => {
  await board.tell(...manySessions(300, now));
  await machines(board, now);
};
const withheld: Scene = async (board, now) => {
  const hidden: Partial<Session> = { title: '', goal: null, cwd: '', branch: null, now: 'Bash', since: now - 60_000 };
  await board.tell(
    aSession({ ...hidden, sessionId: 'withheld', prompts: 4 }),
    aSession({ sessionId: 'unguarded', permissionMode: 'bypassPermissions', since: now - 9_000 }),
    aSession({ sessionId: 'plans', permissionMode: 'plan', title: 'Plan the split', since: now - 9_000 }),
  );
};
const empty: Scene = async () => {};
const reporting =
  (installed: 'yes' | 'no'): Scene =>
  async (board, now) => {
    const { hooks } = aMachineReport();
    await board.report([aMachineReport({ at: now, startedAt: now - 60_000, hooks: { ...hooks, installed } })]);
  };
const found: Scene = async (board, now) => {
  await board.tell(...livelySessions(now).slice(0, 6));
  const { hooks } = aMachineReport();
  await board.report([
    aMachineReport({ at: now, findings: ['client_old', 'clock_off'] }),
    aMachineReport({ machine: 'devbox-2', at: now, hooks: { ...hooks, installed: 'no' } }),
  ]);
};

const onBoard = (page: Page) => page.locator('.card').first().waitFor();
const onStep = (page: Page) => page.locator('[data-step="session"]').waitFor();
const onDetails = async (page: Page) => {
  await onBoard(page);
  await page.locator(`[data-session="${TOLD_OF}"] [data-control="why"]`).click();
  await page.locator('dialog .history').waitFor();
};
const onChecks = async (page: Page) => {
  await onBoard(page);
  await page.locator('.card .pull').first().hover();
  await page.getByRole('dialog', { name: 'Checks' }).waitFor();
};
const onCardGo = async (page: Page) => {
  await onBoard(page);
  await page.locator('[data-session="lively-2"] .go').first().hover();
  await page.locator('[data-session="lively-2"]').getByRole('button', { name: 'Go there' }).click();
  await page.getByRole('dialog', { name: 'Go there' }).waitFor();
};
const onOutput = async (page: Page, board: LiveBoard) => {
  const now = Date.now();
  await board.recount('lively-2', {
    story: [
      { kind: 'prompt', at: now, text: 'Write property tests for the fold, shrink what fails', by: 'human' },
      aToolEntry({ at: now, startedAt: now, tool: 'Edit', input: 'services/status/src/evolve.test.ts' }),
      aToolEntry({ at: now, startedAt: now - 48_000, input: 'npx vitest run evolve', outcome: 'error' }),
      { kind: 'reply', at: now, text: 'One counterexample: two events of the same millisecond do not commute.' },
      aToolEntry({ at: now, startedAt: now - 3_000, tool: 'Read', input: 'services/status/src/evolve.ts' }),
    ],
  });
  await onBoard(page);
  await page.locator('[data-session="lively-2"] h3').first().hover();
  await page.getByRole('group', { name: 'Latest output' }).waitFor();
};
const onSession = async (page: Page) => {
  await page.locator('.story .row').first().waitFor();
  await page.locator('.charts').waitFor();
};
const onToday = (page: Page) => page.locator('.panels').waitFor();
const onPalette = async (page: Page) => {
  await onBoard(page);
  await page.locator('[data-need="lively-1"] .show').focus();
  await page.keyboard.press('Control+k');
  await page.locator('dialog').getByRole('combobox').waitFor();
};
const onHelp = async (page: Page) => {
  await onBoard(page);
  await page.keyboard.press('Shift+?');
  await page.locator('dialog[open]').waitFor();
};
const onSettings = async (page: Page) => {
  await onBoard(page);
  await page.getByRole('button', { name: /^(Settings|Einstellungen)$/ }).click();
  await page.getByRole('dialog').waitFor();
};
const onBell = async (page: Page) => {
  await onBoard(page);
  await page.getByRole('button', { name: 'Notifications' }).click();
  await page.getByRole('dialog').waitFor();
};
const onLost = async (page: Page, board: LiveBoard) => {
  await onBoard(page);
  await board.goAway();
  await page.getByText('Not connected since').first().waitFor();
};
const onMachines = (page: Page) => page.locator('[data-machine]').first().waitFor();
const onSignIn = (page: Page) => page.getByLabel('Your name').waitFor();

/** Every state of the page. A part that is new adds its own. */
export const PICTURES: readonly Picture[] = [
  { name: 'board-light', size: DESK, isKept: true, shows: onBoard },
  { name: 'board-dark', size: DESK, scheme: 'dark', isKept: true, shows: onBoard },
  { name: 'board-contrast', size: DESK, preferences: { scheme: 'contrast' }, shows: onBoard },
  { name: 'board-contrast-dark', size: DESK, scheme: 'dark', preferences: { scheme: 'contrast' }, shows: onBoard },
  { name: 'board-forced', size: DESK, isForced: true, shows: onBoard },
  { name: 'board-found', size: DESK, path: '/?q=the', shows: onBoard },
  { name: 'board-german', size: DESK, preferences: { language: 'de' }, shows: onBoard },
  { name: 'board-dense', size: DESK, preferences: { density: 'dense' }, shows: onBoard },
  { name: 'board-dense-dark', size: LAPTOP, scheme: 'dark', preferences: { density: 'dense' }, shows: onBoard },
  { name: 'board-dense-wide', size: WIDE, preferences: { density: 'dense' }, shows: onBoard },
  { name: 'board-wide', size: WIDE, scheme: 'dark', shows: onBoard },
  { name: 'board-3', size: DESK, scene: few, shows: onBoard },
  { name: 'board-300', size: DESK, scene: many, shows: onBoard },
  {
    name: 'board-300-dense',
    size: LAPTOP,
    scheme: 'dark',
    scene: many,
    preferences: { density: 'dense' },
    shows: onBoard,
  },
  { name: 'phone-300', size: PHONE, scene: many, shows: onBoard },
  { name: 'withheld', size: LAPTOP, scene: withheld, shows: onBoard },
  { name: 'checks', size: DESK, shows: onChecks },
  { name: 'card-go', size: DESK, shows: onCardGo },
  { name: 'output', size: DESK, scheme: 'dark', shows: onOutput },
  { name: 'people', size: DESK, path: '/?by=person', isKept: true, shows: onBoard },
  { name: 'phone', size: PHONE, isKept: true, shows: onBoard },
  { name: 'phone-dense', size: PHONE, scheme: 'dark', preferences: { density: 'dense' }, shows: onBoard },
  { name: 'details', size: DESK, isKept: true, shows: onDetails },
  { name: 'details-wide', size: WIDE, shows: onDetails },
  { name: 'phone-details', size: PHONE, scheme: 'dark', isKept: true, shows: onDetails },
  { name: 'session', size: DESK, isKept: true, path: '/sessions/lively-1', shows: onSession },
  { name: 'session-dark', size: DESK, scheme: 'dark', path: '/sessions/lively-1', shows: onSession },
  { name: 'session-forced', size: DESK, isForced: true, path: '/sessions/lively-1', shows: onSession },
  { name: 'session-phone', size: PHONE, path: '/sessions/lively-1', shows: onSession },
  { name: 'session-phone-dark', size: PHONE, scheme: 'dark', path: '/sessions/lively-1', shows: onSession },
  { name: 'today', size: DESK, path: '/today', shows: onToday },
  { name: 'today-phone', size: PHONE, scheme: 'dark', path: '/today', shows: onToday },
  { name: 'palette', size: DESK, shows: onPalette },
  { name: 'palette-phone', size: PHONE, scheme: 'dark', shows: onPalette },
  { name: 'help', size: DESK, scheme: 'dark', shows: onHelp },
  { name: 'settings', size: DESK, shows: onSettings },
  { name: 'settings-phone', size: PHONE, scheme: 'dark', shows: onSettings },
  { name: 'settings-german', size: PHONE, preferences: { language: 'de' }, shows: onSettings },
  { name: 'bell', size: DESK, scheme: 'dark', shows: onBell },
  { name: 'notices', size: LAPTOP, scene: found, isSolo: true, shows: onBoard },
  { name: 'notices-phone', size: PHONE, scene: found, isSolo: true, shows: onBoard },
  { name: 'lost', size: DESK, shows: onLost, after: (board) => board.comeBack() },
  { name: 'machines-phone', size: PHONE, scheme: 'dark', path: '/machines', shows: onMachines },
  { name: 'machines', size: at(1440, 760), path: '/machines', isKept: true, shows: onMachines },
  { name: 'sign-in', size: at(960, 600), isSignedOut: true, isKept: true, shows: onSignIn },
  { name: 'empty', size: LAPTOP, scene: empty, isSolo: true, shows: onStep },
  { name: 'empty-machine', size: LAPTOP, scene: reporting('no'), isSolo: true, shows: onStep },
  { name: 'empty-hooks', size: LAPTOP, scheme: 'dark', scene: reporting('yes'), isSolo: true, shows: onStep },
  { name: 'empty-team', size: LAPTOP, scene: empty, shows: onStep },
  { name: 'empty-phone', size: PHONE, scene: reporting('no'), isSolo: true, shows: onStep },
];
