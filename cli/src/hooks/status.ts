import { stat } from 'node:fs/promises';
import { type HooksInstalled, installedAs, parseSettings } from '@crewboard/ingest/hook-settings';
import { lastReport } from '../last-report.ts';
import { readIfThere } from './file.ts';
import { type Obstacle, obstacleTo, settingsWithASay } from './policy.ts';
import { openReceipts } from './receipts.ts';
import { placeOf, type Scope } from './scope.ts';
import { type ScriptState, scriptState } from './script.ts';
import { heardAt, type SpoolView, viewSpool } from './spool.ts';

export interface PlaceStatus {
  scope: Scope;
  path: string;
  installed: HooksInstalled;
  /** Names of the events that our hook is registered for. */
  events: string[];
}

export interface HooksStatus {
  places: PlaceStatus[];
  /** A rule that keeps hooks from running. */
  obstacle: Obstacle | null;
  /** The hook itself, of either kind. */
  scripts: { sh: ScriptState; node: ScriptState };
  spool: SpoolView;
  /** When a hook was last heard of, in ms since 1970. */
  heardAt: number | null;
}

/** The state of the hook that is used: the better one of the two. */
export const usedScript = ({ scripts: { sh, node } }: Pick<HooksStatus, 'scripts'>): ScriptState => {
  if (sh === 'current' || node === 'current') return 'current';
  return sh === 'old' || node === 'old' ? 'old' : 'missing';
};

export interface StatusContext {
  claudeDir: string;
  dataDir: string;
  managed: string;
}

/** Looks at the person's settings, those of the current folder's project, and wherever else hooks were installed from here. */
export const hooksStatus = async ({ claudeDir, dataDir, managed }: StatusContext): Promise<HooksStatus> => {
  const user = placeOf({}, claudeDir);
  const here = [placeOf({ project: true }, claudeDir), placeOf({ local: true }, claudeDir)];
  const elsewhere = (await openReceipts(dataDir).all()).map(({ settings }) => ({
    scope: settings.endsWith('settings.local.json') ? ('local' as const) : ('project' as const),
    path: settings,
  }));
  const known = new Map([...elsewhere, ...here, user].map((place) => [place.path, place]));
  known.delete(user.path);
  const others = await Promise.all([...known.values()].map((place) => placeStatus(place, dataDir)));
  const places = [await placeStatus(user, dataDir), ...others.filter(({ events }) => events.length > 0)];
  const [spool, report] = await Promise.all([viewSpool(dataDir), lastReport(dataDir)]);
  const asked = [...new Set(places.flatMap(({ path }) => settingsWithASay(path, claudeDir)))];
  return {
    places,
    obstacle: (await obstacleTo(asked, { claudeDir, managed })) ?? null,
    scripts: { sh: await scriptState(dataDir, 'sh'), node: await scriptState(dataDir, 'node') },
    spool,
    heardAt: heardAt(spool, report),
  };
};

const placeStatus = async (place: { scope: Scope; path: string }, dataDir: string): Promise<PlaceStatus> => {
  const isFolder = (await stat(place.path).catch(() => undefined))?.isDirectory();
  const bytes = isFolder ? undefined : await readIfThere(place.path).catch(() => null);
  if (bytes === null || isFolder) return { ...place, installed: 'unreadable', events: [] };
  const view = bytes ? parseSettings(bytes.toString(), dataDir) : { isDisabled: false, events: [] };
  return { ...place, installed: installedAs(view), events: view?.events ?? [] };
};
