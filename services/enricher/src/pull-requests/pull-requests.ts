import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog } from '@crewboard/event-log';
import type { Records } from '@crewboard/records';
import type { Logger } from '@crewboard/runtime';
import { type Host, HostPaused } from './host.ts';
import type { PullRequestNotices } from './notices.ts';
import { paceOf, QUIET_MS, SOON_MS } from './pace.ts';
import { createPlaces } from './places.ts';
import { fullName, keyOf, type Repository, repositoryNamed, repositoryOf, repositoryOfPull } from './remote.ts';
import { SessionIndex, type Watched } from './session-index.ts';
import { createShares } from './shares.ts';
import { type Found, type Home, RepositoryUnseen, RepositoryWatch } from './watch.ts';

export interface PullRequestsDeps {
  log: Pick<EventLog, 'epoch' | 'load' | 'readChanges' | 'partitions' | 'appendChanges'>;
  records: Records;
  host: Host;
  /** As remotes name it: `github.com`. */
  hostName: string;
  /** Names this process among the replicas. */
  holder: string;
  notices: PullRequestNotices;
  logger: Logger;
  now?: () => number;
}

/** Looks pull requests up for the sessions on the board. */
export interface PullRequests {
  /** Runs until the signal; gives its repositories to other replicas then. */
  run(signal: AbortSignal): Promise<void>;
  /** One round: begins what is due by now. What it began goes on after it has resolved; see `settled`. */
  tick(signal: AbortSignal): Promise<void>;
  settled(): Promise<void>;
}

const TICK_MS = 1_000;
/** So many repositories are looked at at the same time. */
const CONCURRENCY = 4;
/** Webhooks come in bursts: a repository is looked at no more often. */
const APART_MS = 5_000;
/** Of what a session told of, the latest so many pull requests are looked after. */
const NOTED_MAX = 3;
/** A session that ended may still get its pull request for so long. */
const AFTERWARDS_MS = 24 * 3_600_000;

interface Unit {
  repository: Repository;
  homes: Home[];
}

interface Entry {
  watch: RepositoryWatch;
  lastAt: number;
  dueAt: number;
  touchedAt: number;
  /** Something is known to have happened: everything is looked at. */
  isTouched: boolean;
}

export const createPullRequests = (deps: PullRequestsDeps): PullRequests => {
  const { log, records, host, hostName, notices, logger, now = Date.now } = deps;
  const index = new SessionIndex(log, now);
  const places = createPlaces(host, records, now);
  const shares = createShares(records, deps.holder, now);
  const entries = new Map<string, Entry>();
  const underWay = new Map<string, Promise<void>>();

  /** Does it beside the round, unless it is under way. */
  const begin = (what: string, work: () => Promise<void>, signal: AbortSignal): void => {
    if (underWay.size >= CONCURRENCY || underWay.has(what)) return;
    const done = work()
      .catch((error: unknown) => {
        if (!signal.aborted && !(error instanceof HostPaused))
          logger.warn({ err: error }, 'pull requests: trying again');
      })
      .finally(() => underWay.delete(what));
    underWay.set(what, done);
  };

  /** The name that a repository has now, as far as it is known. */
  const today = (repository: Repository): Repository => {
    const place = places.of(repository);
    return place === undefined || place === 'unseen' ? repository : place.own;
  };

  /** The session, with all that it names under the names of today. */
  const renamed = (session: Watched): Watched => {
    const { pullRequest } = session;
    const shown = pullRequest && repositoryNamed(pullRequest.repository);
    return {
      ...session,
      pullRequest: pullRequest && shown ? { ...pullRequest, repository: fullName(today(shown)) } : pullRequest,
      pullRequestLinks: session.pullRequestLinks.map((link) => {
        const noted = repositoryOfPull(link.url, hostName);
        return noted ? { ...link, url: `https://${hostName}/${fullName(today(noted))}/pull/${link.number}` } : link;
      }),
    };
  };

  const homeOf = (session: Watched, repository: Repository | undefined): Home => ({
    session: renamed(session),
    repository,
  });

  /** The repositories that sessions have to do with; `wanted` are those of which nobody knows yet where they are. */
  const survey = (): { units: Map<string, Unit>; wanted: Map<string, Repository>; unseen: Set<string> } => {
    const units = new Map<string, Unit>();
    const wanted = new Map<string, Repository>();
    const unseen = new Set<string>();
    const placeOf = (repository: Repository) => {
      const place = places.of(repository);
      if (place === undefined) wanted.set(keyOf(repository), repository);
      if (place === 'unseen') unseen.add(fullName(repository));
      return place === 'unseen' ? undefined : place;
    };
    for (const session of index.sessions) {
      if (isPast(session, now())) continue;
      const own = repositoryOf(session.remote, hostName);
      const place = own && placeOf(own);
      const noted = [...session.pullRequestLinks.slice(-NOTED_MAX).map(({ url }) => repositoryOfPull(url, hostName))];
      const targets = [place?.target, ...noted.map((repository) => repository && placeOf(repository)?.own)];
      const home = homeOf(session, place?.own ?? own);
      for (const [key, target] of new Map(targets.flatMap((each) => (each ? [[keyOf(each), each] as const] : [])))) {
        if (places.of(target) === 'unseen') {
          unseen.add(fullName(target));
          continue;
        }
        const unit = units.get(key) ?? { repository: target, homes: [] };
        unit.homes.push(home);
        units.set(key, unit);
      }
    }
    return { units, wanted, unseen };
  };

  const tell = async (found: readonly Found[]): Promise<void> => {
    if (found.length === 0) return;
    await log.appendChanges(found.map((news) => ({ type: 'PullRequestSeen', ...news })));
  };

  const look = async ({ homes, repository }: Unit, entry: Entry, signal: AbortSignal): Promise<void> => {
    const { watch } = entry;
    const pace = () =>
      paceOf(
        { sessions: homes.map(({ session }) => session), pendingSince: watch.pendingSince, touchedAt: entry.touchedAt },
        now(),
      );
    const { isTouched } = entry;
    const how = isTouched || pace() < QUIET_MS ? 'whole' : 'sparing';
    entry.lastAt = now();
    entry.isTouched = false;
    entry.dueAt = now() + SOON_MS;
    try {
      await tell(await watch.look(homes, how, signal));
      entry.dueAt = entry.lastAt + pace();
    } catch (error) {
      entry.isTouched = isTouched;
      if (!(error instanceof RepositoryUnseen)) throw error;
      await places.lost(repository);
    }
  };

  /** When a repository is due, as its sessions go now: sooner than was thought, if something began. */
  const dueAt = ({ homes }: Unit, entry: Entry, touchedAt: number): number => {
    if (touchedAt > entry.touchedAt) {
      entry.touchedAt = touchedAt;
      entry.isTouched = true;
    }
    if (entry.isTouched) return Math.min(entry.dueAt, entry.lastAt + APART_MS);
    const sessions = homes.map(({ session }) => session);
    return Math.min(
      entry.dueAt,
      entry.lastAt + paceOf({ sessions, pendingSince: entry.watch.pendingSince, touchedAt }, now()),
    );
  };

  const tick = async (signal: AbortSignal): Promise<void> => {
    await index.catchUp();
    const { units, wanted, unseen } = survey();
    notices.pause(host.pause);
    notices.unseen(unseen);
    notices.renew();
    const isPaused = host.pause !== null && host.pause.until > now();
    for (const [key, repository] of isPaused ? [] : wanted) {
      begin(`place ${key}`, () => places.find(repository, signal), signal);
    }
    const touched = await shares.touched();
    const due: { key: string; unit: Unit; entry: Entry }[] = [];
    for (const [key, unit] of units) {
      if (!(await shares.hold(key))) {
        entries.delete(key);
        continue;
      }
      const entry = entries.get(key) ?? newEntry(unit, touched.get(key) ?? 0);
      entries.set(key, entry);
      entry.dueAt = dueAt(unit, entry, touched.get(key) ?? 0);
      if (!isPaused && entry.dueAt <= now()) due.push({ key, unit, entry });
    }
    // Who has waited longest first: the busy ones are always due.
    due.sort((a, b) => a.entry.dueAt - b.entry.dueAt);
    for (const { key, unit, entry } of due) begin(`look ${key}`, () => look(unit, entry, signal), signal);
    for (const key of entries.keys()) {
      if (units.has(key)) continue;
      entries.delete(key);
      await shares.release(key);
    }
  };

  const newEntry = ({ repository }: Unit, touchedAt: number): Entry => ({
    watch: new RepositoryWatch(repository, host, hostName, now),
    lastAt: 0,
    dueAt: now(),
    touchedAt,
    isTouched: false,
  });

  const settled = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.all(underWay.values());
  };

  return {
    tick,
    settled,
    async run(signal) {
      let isFailing = false;
      while (!signal.aborted) {
        try {
          await tick(signal);
          isFailing = false;
        } catch (error) {
          if (!isFailing && !signal.aborted) logger.warn({ err: error }, 'the board can not be read now, trying again');
          isFailing = true;
        }
        await sleep(TICK_MS, undefined, { signal }).catch(() => undefined);
      }
      await settled();
      for (const key of entries.keys()) await shares.release(key).catch(() => undefined);
    },
  };
};

/** Nothing can become of it any more that its card would tell. */
const isPast = ({ ended, lastActivityAt, pullRequest }: Watched, at: number): boolean =>
  ended && at - lastActivityAt > AFTERWARDS_MS && pullRequest?.state !== 'open' && pullRequest?.state !== 'draft';
