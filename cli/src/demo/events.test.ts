import { type Card, eventId, type SessionEvent, sessionEventSchema } from '@crewboard/contract';
import { advance, evolve, type SessionState } from '@crewboard/status';
import { expect, test } from 'vitest';
import { type DemoStep, demoEvents, SESSIONS_MAX } from './events.ts';

const START = Date.UTC(2026, 0, 5, 9);

const firstSteps = (seed: number, count: number): DemoStep[] => {
  const steps: DemoStep[] = [];
  for (const step of demoEvents(seed, START)) {
    if (steps.push(step) >= count) break;
  }
  return steps;
};
const backlogOf = (steps: readonly DemoStep[]) => steps.filter(({ atMs }) => atMs <= START).map(({ event }) => event);

/** Sessions whose newest presence says so, with the time since when. */
const presenceAtStart = (events: readonly SessionEvent[]) => {
  const newest = new Map<string, { status: string; at: number }>();
  for (const event of events) {
    if (event.type === 'PresenceChanged') {
      newest.set(event.sessionId, { status: event.data.status ?? 'starting', at: event.occurredAt });
    }
    if (event.type === 'ProcessExited') newest.set(event.sessionId, { status: 'gone', at: event.occurredAt });
  }
  return [...newest.values()];
};

test('the same seed and start give the same steps, another seed gives others', () => {
  expect(firstSteps(1, 1_500)).toEqual(firstSteps(1, 1_500));
  expect(firstSteps(2, 1_500)).not.toEqual(firstSteps(1, 1_500));
});

test.each([1, 2, 3, 4, 5])('every event of seed %i is a valid one, and no id comes twice', (seed) => {
  const ids = new Set<string>();
  for (const { event } of firstSteps(seed, 4_000)) {
    expect(sessionEventSchema.safeParse(event).error).toBeUndefined();
    ids.add(eventId(event));
  }
  expect(ids.size).toBe(4_000);
});

test('positions rise within each stream, and times never fall', () => {
  const positions = new Map<string, number>();
  let lastAt = 0;
  for (const { atMs, event } of firstSteps(3, 4_000)) {
    const stream = `${event.machine}/${event.stream}`;
    expect(event.position).toBeGreaterThan(positions.get(stream) ?? -1);
    positions.set(stream, event.position);
    expect(event.occurredAt).toBe(atMs);
    expect(atMs).toBeGreaterThanOrEqual(lastAt);
    lastAt = atMs;
  }
});

test.each([1, 2, 3, 4, 5])(
  'the opening of seed %i fills every column, with asks that wait up to 18 minutes',
  (seed) => {
    const opening = presenceAtStart(backlogOf(firstSteps(seed, 3_000)));
    const having = (status: string) => opening.filter((presence) => presence.status === status);
    const waits = having('waiting').map(({ at }) => Math.round((START - at) / 1_000));
    expect(waits).toHaveLength(4);
    expect(waits).toEqual(expect.arrayContaining([1080, 540, 48]));
    expect(having('busy').length).toBeGreaterThanOrEqual(8);
    expect(having('idle').length + having('shell').length).toBeGreaterThanOrEqual(9);
    expect(having('gone')).toHaveLength(2);
  },
);

/** The cards of the opening, as the status service makes them. */
const cardsAtStart = (seed: number): Card[] => {
  const states = new Map<string, SessionState>();
  for (const event of backlogOf(firstSteps(seed, 4_000))) {
    states.set(event.sessionId, evolve(states.get(event.sessionId), event));
  }
  return [...states.values()].map((state) => advance(state, START).card);
};

test.each([1, 2, 3, 4, 5])('the opening of seed %i shows what a session can be', (seed) => {
  const cards = cardsAtStart(seed);
  const conditions = new Map(cards.flatMap(({ condition, status }) => (condition ? [[condition.kind, status]] : [])));
  expect(Object.fromEntries(conditions)).toMatchObject({
    failed: 'waiting_for_input',
    interrupted: 'waiting_for_input',
    background_shell: 'waiting_for_input',
    background_agents: 'working',
    compacting: 'working',
    retrying: 'working',
    offline: 'idle',
  });
  const lost = cards.find(({ condition }) => condition?.kind === 'offline');
  expect(lost?.since).toBe(START - 11 * 60_000);
  const [twice] = cards.filter(({ asks }) => asks.length > 1);
  expect(twice).toMatchObject({ title: 'Move staging to Redis 8', status: 'waiting_for_approval' });
  expect(twice?.asks[1]?.agentId).toBe(twice?.subagents[0]?.agentId);
  const agents = cards.flatMap(({ subagents }) => subagents).filter(({ status }) => status === 'working');
  expect(agents.some(({ type, description, now }) => type && description && now)).toBe(true);
  expect(new Set(cards.map(({ kind }) => kind))).toEqual(new Set(['interactive', 'headless', 'background']));
  expect(cards.some(({ tasks }) => tasks?.some(({ status }) => status === 'in_progress'))).toBe(true);
  expect(cards.filter(({ disagreement }) => disagreement)).toEqual([]);
});

test('after the opening something happens every half to three seconds', () => {
  const times = [...new Set(firstSteps(1, 5_000).map(({ atMs }) => atMs))].filter((atMs) => atMs > START);
  const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
  expect(gaps.length).toBeGreaterThan(1_000);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(500);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(3_000);
});

test('a long run keeps to its sessions, and goes on asking, ending and beginning', () => {
  const live = firstSteps(1, 40_000).filter(({ atMs }) => atMs > START);
  const sessions = new Set(live.map(({ event }) => event.sessionId));
  expect(sessions.size).toBeLessThanOrEqual(SESSIONS_MAX);
  const types = new Set(live.slice(-15_000).map(({ event }) => event.type));
  for (const type of ['PromptSubmitted', 'TurnEnded', 'ProcessExited', 'SessionLocated', 'CostReported'] as const) {
    expect(types).toContain(type);
  }
  const asks = live
    .slice(-15_000)
    .filter(({ event }) => event.type === 'PresenceChanged' && event.data.status === 'waiting');
  expect(asks.length).toBeGreaterThan(50);
});
