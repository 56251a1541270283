import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SessionEvent, sessionEventSchema } from '@crewboard/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  exitEvent,
  inItsOwnWords,
  isOfSession,
  isStarting,
  type PresenceRecord,
  parsePresence,
  pidOfPresenceFile,
  presenceEvents,
} from './parse.ts';

const T = Date.parse('2026-01-05T09:00:00.000Z');
const place = { repo: 'acme/widgets', remote: null, branch: 'main', worktree: null };
const context = { machine: 'devbox', owner: 'Dev', locate: () => place, observedAt: T + 50, lastPosition: -1 };

const record = (fields: Partial<PresenceRecord> = {}): PresenceRecord => {
  const text = JSON.stringify({
    pid: 4711,
    sessionId: 'session-1',
    cwd: '/home/dev/widgets',
    procStart: '543824210',
    status: 'idle',
    statusUpdatedAt: T,
    updatedAt: T + 10,
    startedAt: T - 1000,
    version: '2.1.330',
    kind: 'interactive',
    entrypoint: 'cli',
    name: 'widgets-4f',
    nameSource: 'derived',
    ...fields,
  });
  const parsed = parsePresence(text, 4711);
  if (!parsed) throw new Error('the builder makes a record');
  return parsed;
};

describe('presence files', () => {
  it.each(['4711.json.key', '4711.0f.key', 'pid-4711.json', '4711.json.tmp', '.json', 'x.json', '../1.json'])(
    'are not %s',
    (name) => {
      expect(pidOfPresenceFile(name)).toBeUndefined();
    },
  );

  it('that are half-written, or of something else, are no presence', () => {
    const text = JSON.stringify({ pid: 1, sessionId: 's' });
    for (let end = 0; end < text.length; end++) expect(parsePresence(text.slice(0, end), 1)).toBeUndefined();
    expect(parsePresence(text, 1)).toMatchObject({ pid: 1, sessionId: 's', status: null });
    expect(parsePresence(text, 2)).toBeUndefined();
    expect(parsePresence('{"session_id":"s","pid":1}', 1)).toBeUndefined();
  });

  it('with odd fields keep the others', () => {
    const text = JSON.stringify({
      pid: 1,
      sessionId: 's',
      status: 'dancing',
      cwd: 7,
      procStart: 12,
      startedAt: -1,
      version: null,
    });
    expect(parsePresence(text, 1)).toMatchObject({ status: null, cwd: null, procStart: '12', startedAt: null });
  });

  it('never throw, and make events of the contract', () => {
    const file = fc.record(
      {
        sessionId: fc.string(),
        cwd: fc.jsonValue(),
        status: fc.jsonValue(),
        procStart: fc.jsonValue(),
        name: fc.string(),
        updatedAt: fc.double(),
      },
      { requiredKeys: ['sessionId'] },
    );
    fc.assert(
      fc.property(file, file, (a, b) => {
        const [first, second] = [a, b].map((fields) => parsePresence(JSON.stringify({ pid: 1, ...fields }), 1));
        if (!first || !second) return;
        for (const event of presenceEvents(first, second, context).events) sessionEventSchema.parse(event);
      }),
    );
  });
});

describe('a presence', () => {
  it('with a status that nobody knows is read, and the word is told', () => {
    const words: string[] = [];
    const parse = (status: unknown) =>
      parsePresence(JSON.stringify({ pid: 1, sessionId: 's', status }), 1, (word) => words.push(word));
    expect(parse('dreaming')).toMatchObject({ status: null });
    expect(parse('busy')).toMatchObject({ status: 'busy' });
    expect(parse(7)).toMatchObject({ status: null });
    expect(words).toEqual(['dreaming']);
  });

  it('of the client’s own service, or of a process that waits for work, is of no session', () => {
    expect(isOfSession(record())).toBe(true);
    expect(isOfSession(record({ kind: 'bg' }))).toBe(true);
    expect(isOfSession(record({ kind: 'daemon' }))).toBe(false);
    expect(isOfSession(record({ spare: true }))).toBe(false);
  });

  it('is starting until it says what it does, for a second', () => {
    const fresh = record({ status: null, startedAt: T });
    expect(isStarting(fresh, T + 999)).toBe(true);
    expect(isStarting(fresh, T + 1_000)).toBe(false);
    expect(isStarting(record({ status: 'idle', startedAt: T }), T)).toBe(false);
    expect(isStarting(record({ status: null, startedAt: null }), T)).toBe(false);
  });
});

describe('what a presence says', () => {
  const say = (previous: PresenceRecord | undefined, next: PresenceRecord, lastPosition = -1) =>
    presenceEvents(previous, next, { ...context, lastPosition });

  it('at first is the place and the status', () => {
    expect(say(undefined, record()).events).toEqual([
      {
        type: 'SessionLocated',
        schemaVersion: 1,
        sessionId: 'session-1',
        machine: 'devbox',
        source: 'presence',
        stream: 'presence-place:4711:543824210',
        position: T + 50,
        occurredAt: T,
        data: { cwd: '/home/dev/widgets', ...place, owner: 'Dev', clientVersion: '2.1.330', entrypoint: 'cli' },
      },
      {
        type: 'PresenceChanged',
        schemaVersion: 1,
        sessionId: 'session-1',
        machine: 'devbox',
        source: 'presence',
        stream: 'presence:4711:543824210',
        position: T + 51,
        occurredAt: T,
        data: {
          pid: 4711,
          status: 'idle',
          waitingFor: null,
          kind: 'interactive',
          clientVersion: '2.1.330',
          entrypoint: 'cli',
          name: 'widgets-4f',
          isNamedByPerson: false,
        },
      },
    ]);
  });

  it('is told when it is something else, not when it is said again', () => {
    expect(say(record(), record({ updatedAt: T + 900, statusUpdatedAt: T + 900 })).events).toEqual([]);
    const waiting = record({ status: 'waiting', waitingFor: 'permission prompt' });
    expect(say(record(), waiting).events).toMatchObject([{ type: 'PresenceChanged', data: { status: 'waiting' } }]);
    expect(say(record(), record({ name: 'Reader', nameSource: 'user' })).events).toMatchObject([
      { type: 'PresenceChanged', data: { name: 'Reader', isNamedByPerson: true } },
    ]);
  });

  it('of a next session leaves the one before', () => {
    const { events, lastPosition } = say(record(), record({ sessionId: 'session-2', statusUpdatedAt: T + 1 }), T + 100);
    expect(events.map(({ type, sessionId, position }) => [type, sessionId, position])).toEqual([
      ['SessionLeft', 'session-1', T + 101],
      ['SessionLocated', 'session-2', T + 102],
      ['SessionContinued', 'session-2', T + 103],
      ['PresenceChanged', 'session-2', T + 104],
    ]);
    expect(events[2]?.data).toEqual({ fromSessionId: 'session-1', how: 'clear', goal: null });
    expect(lastPosition).toBe(T + 104);
  });

  it('of a next session says how the process went on with it', () => {
    const { events } = presenceEvents(record(), record({ sessionId: 'session-2' }), {
      ...context,
      howContinued: ({ sessionId }, next) => (sessionId === 'session-1' && next.pid === 4711 ? 'resume' : 'clear'),
    });
    expect(events[2]).toMatchObject({ type: 'SessionContinued', data: { how: 'resume' } });
  });

  it('of a next session does not take over what was said in the one before', () => {
    const before = record({ status: 'waiting', waitingFor: 'dialog open', statusUpdatedAt: T - 4_000 });
    const after = record({ ...before, sessionId: 'session-2', updatedAt: T });
    const { events } = say(before, after);
    expect(events.map(({ occurredAt }) => occurredAt)).toEqual([T, T, T, T]);
    expect(events[3]).toMatchObject({ type: 'PresenceChanged', data: { status: null, waitingFor: null } });
    expect(inItsOwnWords(before, after)).toMatchObject({ sessionId: 'session-2', status: null });
    const idle = record({ sessionId: 'session-2', statusUpdatedAt: T });
    expect(inItsOwnWords(before, idle)).toBe(idle);
    // Whatever it goes on saying, it says of this session.
    expect(say(inItsOwnWords(before, after), after).events).toMatchObject([{ data: { status: 'waiting' } }]);
  });

  it('of a next session tells no lineage where the client was not ready before', () => {
    const { events } = say(record({ status: null }), record({ sessionId: 'session-2', status: null }));
    expect(events.map(({ type }) => type)).toEqual(['SessionLeft', 'SessionLocated', 'PresenceChanged']);
  });

  it('tells where in tmux it runs, where that is a target that leads there', () => {
    const told = (tmux: string) => presenceEvents(undefined, record({ tmux }), context).events.at(-1)?.data;
    expect(told('probe a ✓:@0.%12')).toMatchObject({ tmux: 'probe a ✓:@0.%12' });
    const leaky = `gh${'p_'}CanaryCanaryCanaryCanaryCanary012345:@0.%0`;
    for (const odd of ['probe', 'a:b:@0.%0', "x'; rm -rf ~; ':0", 'x\n:@0.%0', `${'x'.repeat(300)}:@0.%0`, leaky]) {
      expect(told(odd), odd).not.toHaveProperty('tmux');
    }
  });

  it('names the job and the entrypoint', () => {
    const next = record({ kind: 'bg', jobId: 'c2607223', entrypoint: 'sdk-cli' });
    expect(say(undefined, next).events[1]).toMatchObject({
      data: { kind: 'bg', jobId: 'c2607223', entrypoint: 'sdk-cli' },
    });
  });

  it('never holds what is private', () => {
    const text = JSON.stringify({
      ...record(),
      pidDomain: 'linux:3d1219c7c4c5404aaa1f6d2a48adfda4:pid:[4026531836]',
      messagingSocketPath: '/tmp/cc-socks/4711.sock',
      bridgeSessionId: 'bridge-1',
    });
    const told = JSON.stringify(say(undefined, parsePresence(text, 4711) ?? record()).events);
    for (const secret of ['3d1219c7', '4026531836', 'cc-socks', 'bridge-1']) expect(told).not.toContain(secret);
  });

  it('takes positions that rise even when the clock stands still', () => {
    const first = say(undefined, record());
    const second = say(record(), record({ status: 'busy' }), first.lastPosition);
    expect(second.events[0]?.position).toBe(first.lastPosition + 1);
  });

  it('ends with the process, in the same stream', () => {
    const exit = exitEvent(record(), 'crashed', T + 60, {
      machine: 'devbox',
      observedAt: T + 60,
      lastPosition: T + 200,
    });
    expect(sessionEventSchema.parse(exit)).toMatchObject({
      type: 'ProcessExited',
      source: 'process',
      stream: 'presence:4711:543824210',
      position: T + 201,
      data: { pid: 4711, how: 'crashed' },
    });
  });
});

describe('the presence of the captures', () => {
  const CAPTURES = join(import.meta.dirname, '../../../../test/captures');

  const replay = (capture: string): SessionEvent[] => {
    const events: SessionEvent[] = [];
    let previous: PresenceRecord | undefined;
    let lastPosition = -1;
    for (const line of readFileSync(join(CAPTURES, capture, 'timeline.jsonl'), 'utf8')
      .trim()
      .split('\n')) {
      const { source, file, content, t } = JSON.parse(line);
      if (source !== 'presence' || content === null) continue;
      const pid = pidOfPresenceFile(file.replace('sessions/', '')) ?? 0;
      const next = parsePresence(JSON.stringify(content), pid);
      if (!next) throw new Error(`unreadable: ${line}`);
      const change = presenceEvents(previous, next, { ...context, observedAt: T + t * 1000, lastPosition });
      events.push(...change.events);
      ({ lastPosition } = change);
      previous = next;
    }
    return events;
  };

  const statuses = (capture: string) =>
    replay(capture).flatMap((event) => (event.type === 'PresenceChanged' ? event.data.status : []));

  it('tells of an approval', () => {
    expect(statuses('approve')).toEqual([null, 'idle', 'busy', 'waiting', 'busy', 'idle']);
  });

  it('tells of a shell that goes on', () => {
    expect(statuses('bgshell')).toEqual([null, 'idle', 'busy', 'waiting', 'busy', 'shell', 'busy', 'idle']);
  });

  it('leaves a session at /clear', () => {
    const left = replay('clear').filter(({ type }) => type === 'SessionLeft');
    expect(left).toMatchObject([{ data: { nextSessionId: expect.stringMatching(/^795402cf/) } }]);
    const continued = replay('clear').filter(({ type }) => type === 'SessionContinued');
    expect(continued).toMatchObject([
      { sessionId: expect.stringMatching(/^795402cf/), data: { fromSessionId: expect.stringMatching(/^cb7c94fc/) } },
    ]);
  });
});

it('is of no session where its id is what every object has', () => {
  const file = JSON.stringify({ pid: 1, sessionId: 'toString', cwd: '/w', status: 'busy' });
  expect(parsePresence(file, 1)).toBeUndefined();
});
