import { EVENT_VERSION, type EventOf, type PrivacyTier, type SessionEvent } from '@crewboard/contract';
import type { Shipper } from '../ship.ts';
import type { EventSink } from '../sink.ts';
import type { Locate } from '../transcript/place.ts';
import type { Places, RememberedSession } from './places.ts';
import { disclose } from './policy.ts';
import { strictestOf } from './rules.ts';
import type { PrivacySettings } from './settings.ts';
import { createShow, type Show, type ToldTier } from './show.ts';
import { nameOf } from './texts.ts';

/**
 * The one way out: stands right before the sink, so that what waited in a queue is looked at with the rules of the moment at
 * which it would leave. A session has the strictest tier of all places that it worked in.
 */
export interface Gate {
  /** The sink, behind the gate. What is withheld counts as accepted. */
  guard(sink: EventSink): EventSink;
  /**
   * Looks whether the rules have changed. Sessions that are private now are withdrawn, and told again when they are not any more.
   * True where they have. To be called again and again.
   */
  check(): boolean;
  /** What holds where no rule matches, and how many rules there are. */
  readonly stats: { tier: PrivacyTier; rules: number };
  tierOf(sessionId: string): PrivacyTier;
  /** How many of these sessions are private; of those that did something lately where nobody knows which live. */
  countPrivate(live: ReadonlySet<string> | undefined): number;
}

export interface GateDeps {
  settings: PrivacySettings;
  places: Places;
  machine: string;
  owner: string | null;
  locate: Locate;
  /** Where a session began that no event has told the place of. */
  lookUp: (sessionId: string) => string | undefined;
  /** See `ShowOptions`. */
  tilde: (text: string) => string;
  /** The board's: resolves once it has told it. */
  repositorySalt: ((signal: AbortSignal) => Promise<string>) | undefined;
  shipper: () => Pick<Shipper, 'offer'>;
  /** Tells the live processes of some sessions again. */
  tellAgain: (sessionIds: ReadonlySet<string>) => void;
  /** Sessions that the board was made to forget, each told once. */
  takeForgotten: () => readonly string[];
  /** The sessions of processes that live; `undefined` where nobody knows. */
  liveSessions: () => ReadonlySet<string> | undefined;
  /** Sessions that were told to be over. */
  hasEnded: (sessionId: string) => boolean;
  /** Ms since 1970. */
  now: () => number;
}

/** A place that was looked for in vain is looked for again after so long. */
const MISSED_MS = 2_000;
const LATELY_MS = 10 * 60_000;

export const createGate = (deps: GateDeps): Gate => {
  const { settings, places, machine, now } = deps;
  const missedAt = new Map<string, number>();
  const withdrawing = new Set<string>();
  const sending = new Set<AbortController>();
  let isFirst = true;
  /** Asked for before the first name is hashed. */
  let repositorySalt = places.salt;
  let lastPosition = 0;

  const shows = new Map<string, Show>();
  const showAt = (tier: ToldTier): Show => {
    const { hashRepositories } = settings.rules;
    const key = `${tier} ${hashRepositories} ${repositorySalt}`;
    const known = shows.get(key);
    if (known) return known;
    const show = createShow({ tier, hashRepositories, repositorySalt, ownSalt: places.salt, tilde: deps.tilde });
    shows.set(key, show);
    return show;
  };

  const lookUp = (sessionId: string): void => {
    if (now() - (missedAt.get(sessionId) ?? Number.NEGATIVE_INFINITY) < MISSED_MS) return;
    const cwd = deps.lookUp(sessionId);
    if (cwd === undefined) missedAt.set(sessionId, now());
    else {
      missedAt.delete(sessionId);
      places.addPlace(sessionId, { cwd, ...deps.locate(cwd) });
    }
  };

  const placesOf = (sessionId: string): RememberedSession['places'] => {
    const session = places.of(sessionId);
    if (session.places.length === 0) lookUp(sessionId);
    return session.places;
  };

  /** By session, while the rules and its places stay. */
  const tiers = new Map<string, PrivacyTier>();

  const tierOf = (sessionId: string): PrivacyTier => {
    const known = tiers.get(sessionId);
    if (known !== undefined) return known;
    const { rules } = settings;
    const [first, ...others] = placesOf(sessionId);
    // It may yet turn out to be anywhere.
    if (first === undefined) return rules.strictest;
    const tier = places.of(sessionId).hasMore
      ? rules.strictest
      : strictestOf(rules.of(first), ...others.map((place) => rules.of(place)));
    tiers.set(sessionId, tier);
    return tier;
  };

  const note = (event: SessionEvent): void => {
    if (event.type === 'SessionLocated') places.addPlace(event.sessionId, event.data);
    // What was said there goes on here; `/clear` and `/resume` carry nothing over.
    else if (event.type === 'SessionContinued' && (event.data.how === 'fork' || event.data.how === 'background'))
      for (const place of placesOf(event.data.fromSessionId)) places.addPlace(event.sessionId, place);
    else return;
    tiers.delete(event.sessionId);
  };

  const setHidden = (sessionId: string, isHidden: boolean): void => {
    const session = places.of(sessionId);
    if (session.isHidden === isHidden) return;
    session.isHidden = isHidden;
    places.touch(sessionId);
  };

  /** The event as it may leave now, if it may. */
  const pass = (event: SessionEvent): SessionEvent | undefined => {
    if (event.type === 'SessionWithdrawn') return disclose(event, showAt('status'));
    const session = places.of(event.sessionId);
    const tier = tierOf(event.sessionId);
    session.seenAt = now();
    if (tier === 'private') {
      setHidden(event.sessionId, true);
      if (session.isTold && !settings.isDamaged) withdraw(event.sessionId);
      return undefined;
    }
    if (event.type === 'SessionContinued') return passContinued(event, tier);
    if (event.type === 'SessionLeft' && tierOf(event.data.nextSessionId) === 'private')
      return disclose({ ...event, data: { ...event.data, nextSessionId: 'private' } }, showAt(tier));
    return disclose(event, showAt(tier));
  };

  /** It tells what the other session was for: no more than may be told of that one. */
  const passContinued = (event: EventOf<'SessionContinued'>, tier: ToldTier): SessionEvent | undefined => {
    const both = strictestOf(tier, tierOf(event.data.fromSessionId));
    return both === 'private' ? undefined : disclose(event, showAt(both));
  };

  /** What may leave of these, noted as told before it does. */
  const filter = (events: readonly SessionEvent[]): SessionEvent[] => {
    let isNews = false;
    for (const event of events) note(event);
    const passed = events.flatMap((event) => {
      const told = pass(event);
      if (told === undefined || told.type === 'SessionWithdrawn') return told ?? [];
      const session = places.of(event.sessionId);
      if (!session.isTold) {
        isNews = true;
        places.touch(event.sessionId);
      }
      session.isTold = true;
      setHidden(event.sessionId, false);
      return told;
    });
    if (isNews) places.flush();
    return passed;
  };

  const stamp = (sessionId: string, stream: string) => {
    const at = now();
    lastPosition = Math.max(lastPosition + 1, at);
    return {
      schemaVersion: EVENT_VERSION,
      sessionId,
      machine,
      stream: nameOf(`${stream}:${sessionId}`),
      position: lastPosition,
      occurredAt: at,
    } as const;
  };

  const withdraw = (sessionId: string): void => {
    if (withdrawing.has(sessionId)) return;
    withdrawing.add(sessionId);
    setHidden(sessionId, true);
    const event = {
      type: 'SessionWithdrawn' as const,
      source: 'machine' as const,
      ...stamp(sessionId, 'privacy'),
      data: { why: 'private' as const },
    };
    deps.shipper().offer([event], () => {
      withdrawing.delete(sessionId);
      if (tierOf(sessionId) !== 'private') return;
      places.of(sessionId).isTold = false;
      places.touch(sessionId);
      places.flush();
    });
  };

  const reveal = (sessionId: string, { places: where }: RememberedSession): void => {
    setHidden(sessionId, false);
    const cwd = where.at(-1)?.cwd;
    if (cwd === undefined || deps.hasEnded(sessionId)) return;
    const data = { cwd, ...deps.locate(cwd), owner: deps.owner, clientVersion: null, entrypoint: null };
    deps.shipper().offer([{ type: 'SessionLocated', source: 'presence', ...stamp(sessionId, 'privacy-place'), data }]);
  };

  /** What goes on is told from its place on; what is over stays forgotten. */
  const beginAnew = (sessionIds: readonly string[]): void => {
    const live = deps.liveSessions();
    const going = new Set(sessionIds.filter((sessionId) => live?.has(sessionId) && tierOf(sessionId) !== 'private'));
    for (const sessionId of going) reveal(sessionId, places.of(sessionId));
    if (going.size > 0) deps.tellAgain(going);
  };

  const check = (): boolean => {
    const forgotten = deps.takeForgotten();
    if (forgotten.length > 0) beginAnew(forgotten);
    if (!settings.refresh() && !isFirst) return false;
    isFirst = false;
    shows.clear();
    tiers.clear();
    // What is under way was let through by the rules before.
    for (const attempt of sending) attempt.abort(new Error('the rules have changed'));
    const revealed = new Set<string>();
    for (const [sessionId, session] of places.sessions) {
      if (!session.isTold && !session.isHidden) continue;
      const isPrivate = tierOf(sessionId) === 'private';
      if (isPrivate && session.isTold && !settings.isDamaged) withdraw(sessionId);
      else if (!isPrivate && session.isHidden) {
        revealed.add(sessionId);
        reveal(sessionId, session);
      }
    }
    if (revealed.size > 0) deps.tellAgain(revealed);
    return true;
  };

  const guard = (sink: EventSink): EventSink => ({
    ...(sink.ahead === undefined ? {} : { ahead: sink.ahead }),
    report: (report, signal) => sink.report(report, signal),
    standing: () => sink.standing(),
    async send(events, signal, setAside) {
      for (;;) {
        check();
        const attempt = new AbortController();
        const stop = (): void => attempt.abort(signal.reason);
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) stop();
        sending.add(attempt);
        try {
          if (settings.rules.hashRepositories)
            repositorySalt = (await deps.repositorySalt?.(attempt.signal)) ?? places.salt;
          const passed = filter(events);
          if (passed.length === 0) return;
          return await sink.send(passed, attempt.signal, setAside);
        } catch (error) {
          if (signal.aborted || !attempt.signal.aborted) throw error;
        } finally {
          signal.removeEventListener('abort', stop);
          sending.delete(attempt);
        }
      }
    },
  });

  return {
    guard,
    check,
    tierOf,
    get stats() {
      return { tier: settings.rules.fallback, rules: settings.rules.count };
    },
    countPrivate: (live) => {
      const candidates =
        live ?? [...places.sessions].flatMap(([id, { seenAt }]) => (now() - seenAt < LATELY_MS ? [id] : []));
      return [...candidates].filter((sessionId) => tierOf(sessionId) === 'private').length;
    },
  };
};
