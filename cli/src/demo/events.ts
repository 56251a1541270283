import type { SessionEvent } from '@crewboard/contract';
import { MODELS, PEOPLE, type Person, REPOSITORIES } from './cast.ts';
import { OPENING, type OpeningScene } from './opening.ts';
import type { Incident, Pause, Script } from './pause.ts';
import { createRandom, type Random } from './random.ts';
import { sessionScript } from './script.ts';
import { type Casting, createSession, type DemoSession } from './session.ts';
import type { Repository, Story } from './stories/story.ts';

/** An event and the moment to tell it, ms since 1970: `startAt` or before for the opening, later ones rise. */
export interface DemoStep {
  atMs: number;
  event: SessionEvent;
}

/** So many session ids at most, however long the demo runs: those that ended are resumed in time. */
export const SESSIONS_MAX = 30;
const ALIVE_MAX = 24;
const GAP_MIN_MS = 500;
const GAP_MAX_MS = 3_000;
const LONG_CALL_MS = 60_000;

interface Actor {
  session: DemoSession;
  script: Script;
  phase: Pause['phase'];
  dueAt: number;
}

/**
 * An endless, believable day of a small team. Begins with a backlog that fills every column, told at once, and goes on
 * with a step every half to three seconds. The same seed and start give the same steps.
 */
export function* demoEvents(seed: number, startAt: number): Generator<DemoStep, never, undefined> {
  const random = createRandom(seed);
  const actors: Actor[] = [];
  const deck = storyDeck(OPENING);
  let now = 0;
  let isLive = false;

  const admit = (casting: Casting, first: Incident | null): Actor => {
    const session = createSession(casting, random, () => now);
    const clear = () => (isLive ? admitNext(casting)?.session.sessionId : undefined);
    const script = sessionScript({ session, random, now: () => now, first, clear });
    const actor: Actor = { session, script, phase: 'thinking', dueAt: now + random.between(1, 4) * 1_000 };
    actors.push(actor);
    return actor;
  };
  /** The next story of the deck, by the same person where it follows on another session. */
  const admitNext = (previous?: Casting): Actor | undefined => {
    if (actors.length >= SESSIONS_MAX) return undefined;
    const index = previous ? deck.findIndex(({ repository }) => repository === previous.repository) : 0;
    const [next] = deck.splice(Math.max(0, index), 1);
    if (!next) return undefined;
    const casting = cast(random, actors, next.repository, next.story);
    return admit(previous ? { ...casting, ...goingOn(previous, next) } : casting, 'asks');
  };
  const act = (actor: Actor, at: number): SessionEvent[] => {
    now = at;
    const { value } = actor.script.next();
    if (value) {
      actor.phase = value.phase;
      actor.dueAt = at + value.waitMs;
    }
    return actor.session.take();
  };

  const backlog = OPENING.flatMap((scene) => {
    const told: SessionEvent[] = [];
    const casting = cast(random, actors, scene.repository, scene.story);
    const actor = admit(scene.machine === undefined ? casting : { ...casting, machine: scene.machine }, scene.first);
    now = 0;
    actor.dueAt = 0;
    for (let stops = scene.stops ?? 1; stops > 0; ) {
      told.push(...act(actor, actor.dueAt));
      if (actor.phase === scene.phase && isBelievable(scene, told.at(-1))) stops -= 1;
    }
    const shiftMs = startAt - scene.ageMs - Math.round(now);
    actor.dueAt = startAt + scene.staysMs;
    return told.map((event) => later(event, shiftMs));
  });
  backlog.sort((a, b) => a.occurredAt - b.occurredAt);
  for (const event of backlog) yield { atMs: event.occurredAt, event };

  now = startAt;
  isLive = true;
  for (;;) {
    const alive = actors.filter(({ phase }) => phase !== 'gone').length;
    if (alive < ALIVE_MAX && random.chance(0.02)) admitNext();
    const actor = nextActor(actors, random, now, alive);
    const at = Math.round(Math.max(now + random.between(GAP_MIN_MS, 900), Math.min(actor.dueAt, now + GAP_MAX_MS)));
    for (const event of act(actor, at)) yield { atMs: at, event };
  }
}

/** Whoever is due first; when nobody is for a while, someone who rests goes on early, so that the board stays lively. */
const nextActor = (actors: readonly Actor[], random: Random, now: number, alive: number): Actor => {
  const candidates = actors.filter(({ phase }) => phase !== 'gone' || alive < ALIVE_MAX);
  const first = candidates.reduce((earliest, actor) => (actor.dueAt < earliest.dueAt ? actor : earliest));
  if (first.dueAt <= now + GAP_MAX_MS) return first;
  const resting = candidates.filter(({ phase }) => phase === 'resting');
  return resting.length > 0 ? random.pick(resting) : first;
};

/** The same event so much later, with the moments that it tells of. */
const later = (event: SessionEvent, shiftMs: number): SessionEvent => {
  const occurredAt = event.occurredAt + shiftMs;
  switch (event.type) {
    case 'MachineLost':
      return { ...event, occurredAt, data: { silentSince: event.data.silentSince + shiftMs } };
    case 'RequestRetried':
      return { ...event, occurredAt, data: { ...event.data, retryAt: event.data.retryAt + shiftMs } };
    default:
      return { ...event, occurredAt };
  }
};

/** Only a command takes minutes. */
const isBelievable = ({ phase, ageMs }: OpeningScene, last: SessionEvent | undefined): boolean =>
  phase !== 'calling' || ageMs < LONG_CALL_MS || (last?.type === 'ToolRequested' && last.data.tool === 'Bash');

/** Whoever works on the repository and has the fewest sessions so far. */
const cast = (random: Random, actors: readonly Actor[], repository: Repository, story: Story): Casting => {
  const load = (person: Person) => actors.filter(({ session }) => session.person === person).length;
  const candidates = PEOPLE.filter(({ repositories }) => repositories.includes(repository));
  const least = Math.min(...candidates.map(load));
  const person = random.pick(candidates.filter((candidate) => load(candidate) === least));
  const machine = random.pick(person.machines);
  return { sessionId: random.uuid(), person, machine, repository, story, model: random.pick(MODELS) };
};

/** After /clear the same person goes on in the same process. */
const goingOn = ({ sessionId, person, machine }: Casting, { repository }: { repository: Repository }) =>
  person.repositories.includes(repository) ? { person, machine, clearedFrom: sessionId } : { clearedFrom: sessionId };

/** The stories that the opening leaves, then all of them again. */
const storyDeck = (opening: readonly OpeningScene[]): { repository: Repository; story: Story }[] => {
  const all = REPOSITORIES.flatMap((repository) => repository.stories.map((story) => ({ repository, story })));
  const isLeft = ({ story }: { story: Story }) => !opening.some((scene) => scene.story === story);
  return [...all.filter(isLeft), ...all];
};
