import { explainObstacle } from '../hooks/policy.ts';
import { MAX_WAITING } from '../hooks/script.ts';
import { type HooksStatus, usedScript } from '../hooks/status.ts';
import { describeWaiting } from '../hooks/wording.ts';
import { ago } from '../time-words.ts';
import { type Check, fault, ok, warn } from './check.ts';

/** A client that says something for so long without a hook that is heard makes hooks look dead. */
const SILENT_MS = 60_000;

/** Whether hooks are there and heard. `lastSaidAt` is when a client last did something, by its presence. */
export const checkHooks = (status: HooksStatus, lastSaidAt: number | null, now: number): Check => {
  const name = 'Hooks';
  const { places, obstacle, heardAt } = status;
  const used = places.filter(({ events }) => events.length > 0);
  const broken = places.find(({ installed }) => installed === 'unreadable');
  if (broken) {
    const advice = 'Claude Code ignores the whole file until it is valid JSON again; comments are not allowed in it.';
    return fault(name, `${broken.path} cannot be read`, advice);
  }
  if (used.length === 0) {
    const advice = obstacle
      ? explainObstacle(obstacle)
      : 'Nothing is wrong with that; `crewboard hooks install` makes questions and permissions show at once, with what is asked.';
    return ok(name, `not installed. ${advice}`);
  }
  const where = used.map(({ path }) => path).join(', ');
  if (obstacle) return warn(name, `installed in ${where}, but switched off`, explainObstacle(obstacle));
  if (used.some(({ installed }) => installed === 'partly')) {
    return warn(name, `only some are installed in ${where}`, 'Run `crewboard hooks install` again.');
  }
  const script = usedScript(status);
  const again = 'Run `crewboard hooks install` again.';
  if (script === 'missing') return fault(name, `installed in ${where}, but the hook itself is missing`, again);
  if (script === 'old') return warn(name, `installed in ${where}, the hook is of another version of Crewboard`, again);
  const heard = heardAt === null ? 'nothing heard yet' : `last heard ${ago(heardAt, now)}`;
  if (lastSaidAt !== null && lastSaidAt - (heardAt ?? 0) > SILENT_MS) {
    const advice =
      'They are silent though a session is at work. Sessions take them up at their next turn, and only in folders that are trusted; `claude doctor` names settings that were not read.';
    return warn(name, `installed in ${where}; ${heard}`, advice);
  }
  return ok(name, `installed in ${where}; ${heard}`);
};

export const checkSpool = ({ spool }: HooksStatus): Check => {
  const name = 'Spool';
  const { folder, exists, isPrivate, waiting } = spool;
  if (!exists) return ok(name, 'not there, nothing is kept');
  if (!isPrivate) return fault(name, `${folder} can be read by others`, `chmod 700 '${folder}'`);
  const found = `${describeWaiting(waiting)} in ${folder}`;
  if (waiting >= MAX_WAITING) return fault(name, found, 'Start the agent (or `crewboard up`): it empties the spool.');
  if (waiting > MAX_WAITING / 10) return warn(name, found, 'Is the agent running, and the board reachable?');
  return ok(name, found);
};
