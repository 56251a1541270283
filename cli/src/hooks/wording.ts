import { HOOK_EVENTS } from '@crewboard/ingest/hook-settings';
import { ago } from '../time-words.ts';
import { explainObstacle } from './policy.ts';
import { MAX_WAITING } from './script.ts';
import { type HooksStatus, type PlaceStatus, usedScript } from './status.ts';

/** What is installed where, a fact a line. */
export const describeStatus = (status: HooksStatus, now: number): string[] => {
  const { places, obstacle, spool } = status;
  const isInstalled = places.some(({ events }) => events.length > 0);
  const lines = places.map((place) => `${place.scope.padEnd(8)} ${place.path}: ${describePlace(place)}`);
  if (obstacle) lines.push(`blocked  ${explainObstacle(obstacle)}`);
  const script = usedScript(status);
  if (isInstalled && script !== 'current') {
    const state = script === 'old' ? 'of another version of Crewboard' : 'missing';
    lines.push(`hook     ${state}: run \`crewboard hooks install\` again`);
  }
  const heard = status.heardAt === null ? 'nothing heard yet' : `last heard ${ago(status.heardAt, now)}`;
  if (spool.exists || isInstalled)
    lines.push(`heard    ${heard}; ${describeWaiting(spool.waiting)} in ${spool.folder}`);
  if (!isInstalled)
    lines.push('`crewboard hooks install` adds them: the board then knows of questions and permissions at once.');
  return lines;
};

const describePlace = ({ installed, events }: PlaceStatus): string => {
  const count = `${events.length} of ${HOOK_EVENTS.length} events`;
  return {
    yes: `installed for ${count}`,
    partly: `installed for ${count} only: run \`crewboard hooks install\` again`,
    no: 'not installed',
    disabled: `installed for ${count}, but switched off there (disableAllHooks)`,
    unreadable: 'cannot be read as JSON: Claude Code ignores the whole file until it is mended',
  }[installed];
};

/** How full the spool is, for people. */
export const describeWaiting = (waiting: number): string => {
  if (waiting === 0) return 'nothing waits';
  return waiting >= MAX_WAITING
    ? `full (${waiting} payloads wait, newer ones are dropped)`
    : `${waiting} payloads wait`;
};
