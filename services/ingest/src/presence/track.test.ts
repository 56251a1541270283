import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sessionEventSchema } from '@crewboard/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHome, type Home, NOW, startTestAgent, until } from '../../test/agent.ts';
import { promptLine, T } from '../../test/entries.ts';
import { parseProcStat } from './liveness.ts';

let home: Home;
let agents: ReturnType<typeof startTestAgent>[] = [];
let children: ChildProcess[] = [];

beforeEach(() => {
  home = createHome();
});
afterEach(async () => {
  for (const agent of agents) await agent.stop();
  for (const child of children) child.kill('SIGKILL');
  agents = [];
  children = [];
  home.remove();
});

const start = (options: Parameters<typeof startTestAgent>[1] = {}) => {
  const agent = startTestAgent(home, options);
  agents.push(agent);
  return agent;
};

/** A process that stands for a client, and the presence file that it would keep. */
const startClient = () => {
  const child = spawn('sleep', ['600']);
  children.push(child);
  const pid = child.pid ?? 0;
  const procStart =
    process.platform === 'linux' ? parseProcStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.startTime : undefined;
  const path = join(home.sessions, `${pid}.json`);
  const text = (fields: object = {}) =>
    JSON.stringify({
      pid,
      sessionId: 'session-1',
      cwd: home.home,
      procStart,
      status: 'idle',
      statusUpdatedAt: T,
      version: '2.1.330',
      ...fields,
    });
  return { child, pid, path, text, write: (fields: object = {}) => writeFileSync(path, text(fields)) };
};

const statuses = (agent: ReturnType<typeof start>) => agent.ofType('PresenceChanged').map(({ data }) => data.status);
const exits = (agent: ReturnType<typeof start>) =>
  agent.ofType('ProcessExited').map(({ sessionId, data }) => [sessionId, data.how]);

describe('following presence', () => {
  it('tells each change, and the clean end', async () => {
    home.make();
    const client = startClient();
    client.write();
    const agent = start();
    await agent.boardReady;
    expect(agent.events.map(({ type }) => type)).toEqual(['SessionLocated', 'PresenceChanged']);
    client.write({ status: 'busy', statusUpdatedAt: T + 1 });
    await until('it is busy', () => statuses(agent).includes('busy'));
    client.write({ status: 'waiting', waitingFor: 'permission prompt', statusUpdatedAt: T + 2 });
    await until('it waits', () => statuses(agent).includes('waiting'));
    rmSync(client.path);
    await until('it ended', () => exits(agent).length > 0);
    expect(exits(agent)).toEqual([['session-1', 'clean']]);
    for (const event of agent.events) sessionEventSchema.parse(event);
    const positions = agent.events
      .filter(({ stream }) => stream.startsWith('presence:'))
      .map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
  });

  it('reads a half-written file again', async () => {
    home.make();
    const agent = start();
    await agent.boardReady;
    const client = startClient();
    const text = client.text({ status: 'busy' });
    writeFileSync(client.path, text.slice(0, 40));
    await new Promise((resolve) => setTimeout(resolve, 30));
    appendFileSync(client.path, text.slice(40));
    await until('it is busy', () => statuses(agent).includes('busy'));
    expect(exits(agent)).toEqual([]);
  });

  it('sees a process that was killed', async () => {
    home.make();
    const client = startClient();
    client.write();
    const agent = start();
    await agent.boardReady;
    client.child.kill('SIGKILL');
    await once(client.child, 'exit');
    await until('it crashed', () => exits(agent).length > 0);
    expect(exits(agent)).toEqual([['session-1', 'crashed']]);
    rmSync(client.path);
    await agent.stop();
    expect(exits(agent)).toHaveLength(1);
  });

  it('tells what a killed process left behind before the agent started, once', async () => {
    home.make();
    const client = startClient();
    client.write();
    writeFileSync(home.transcript('session-1'), `${promptLine('x', {}, T + 20_000)}\n`);
    client.child.kill('SIGKILL');
    await once(client.child, 'exit');
    const first = start();
    await until('it is told', () => exits(first).length > 0);
    expect(first.ofType('ProcessExited')).toMatchObject([{ occurredAt: T + 20_000, data: { how: 'crashed' } }]);
    expect(statuses(first)).toEqual([]);
    await first.stop();
    const second = start();
    await second.caughtUp;
    expect(second.events).toEqual([]);
  });

  it('goes on with the next session of the same process', async () => {
    home.make();
    const client = startClient();
    client.write();
    const agent = start();
    await agent.boardReady;
    client.write({ sessionId: 'session-2' });
    await until('the next session is told', () => statuses(agent).length === 2);
    // The status is still the one before. It counts when it stays.
    await until('its status is told', () => statuses(agent).length === 3);
    expect(statuses(agent)).toEqual(['idle', null, 'idle']);
    expect(agent.ofType('SessionLeft')).toMatchObject([
      { sessionId: 'session-1', data: { pid: client.pid, nextSessionId: 'session-2' } },
    ]);
    expect(agent.ofType('SessionContinued')).toMatchObject([
      { sessionId: 'session-2', data: { fromSessionId: 'session-1', how: 'clear' } },
    ]);
  });

  it('says where the next session was resumed', async () => {
    home.make();
    writeFileSync(home.transcript('session-2'), `${promptLine('x', {}, T - 3_600_000)}\n`);
    const client = startClient();
    client.write({ statusUpdatedAt: Date.now() + 60_000 });
    const agent = start();
    await agent.boardReady;
    client.write({ sessionId: 'session-2' });
    await until('the other session is told', () => agent.ofType('SessionContinued').length > 0);
    expect(agent.ofType('SessionContinued')).toMatchObject([{ data: { how: 'resume' } }]);
  });

  it('tells nothing of the id that a client begins `--continue` with', async () => {
    home.make();
    const agent = start();
    await agent.boardReady;
    const client = startClient();
    client.write({ sessionId: 'provisional', status: undefined, startedAt: NOW - 50 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    client.write({ sessionId: 'session-1', startedAt: NOW - 50 });
    await until('the session is told', () => statuses(agent).length > 0);
    expect(agent.events.map(({ type, sessionId }) => [type, sessionId])).toEqual([
      ['SessionLocated', 'session-1'],
      ['PresenceChanged', 'session-1'],
    ]);
  });

  it('tells of a client that never says what it does', async () => {
    home.make();
    let now = NOW;
    const agent = start({ now: () => now });
    await agent.boardReady;
    startClient().write({ status: undefined, entrypoint: 'sdk-ts', startedAt: NOW - 10 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(agent.events).toEqual([]);
    now = NOW + 5_000;
    await until('it is told', () => statuses(agent).length > 0);
    expect(agent.ofType('PresenceChanged')).toMatchObject([{ data: { status: null, entrypoint: 'sdk-ts' } }]);
  });

  it('takes a status that it does not know for none', async () => {
    home.make();
    const client = startClient();
    client.write({ status: 'busy' });
    const agent = start();
    await agent.boardReady;
    client.write({ status: 'dreaming', statusUpdatedAt: T + 1 });
    await until('it is told', () => statuses(agent).length === 2);
    expect(statuses(agent)).toEqual(['busy', null]);
  });

  it('takes no part in processes that are in no session', async () => {
    home.make();
    startClient().write({ kind: 'daemon' });
    startClient().write({ kind: 'bg', spare: true });
    const agent = start();
    await agent.caughtUp;
    expect(agent.events).toEqual([]);
  });

  it('knows after a restart what changed meanwhile', async () => {
    home.make();
    const [stays, goes, moves] = [startClient(), startClient(), startClient()];
    stays.write();
    goes.write({ sessionId: 'session-2' });
    moves.write({ sessionId: 'session-3' });
    const first = start();
    await first.boardReady;
    expect(statuses(first)).toHaveLength(3);
    await first.stop();
    rmSync(goes.path);
    moves.write({ sessionId: 'session-4' });
    const second = start();
    await second.boardReady;
    await until('the end is told', () => exits(second).length > 0);
    expect(exits(second)).toEqual([['session-2', 'unseen']]);
    expect(second.ofType('SessionLeft')).toMatchObject([{ sessionId: 'session-3' }]);
    expect(second.events.filter(({ sessionId }) => sessionId === 'session-1')).toEqual([]);
  });

  it('remembers what was on its way when it looked again', async () => {
    home.make();
    const client = startClient();
    client.write();
    let arrive: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    let isUnderWay = false;
    const first = start({
      sink: {
        send: () => {
          isUnderWay = true;
          return arrived;
        },
      },
    });
    await until('it is told', () => isUnderWay);
    // The same again: no news, but a look.
    client.write({ updatedAt: T + 1 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    arrive();
    await first.boardReady;
    await first.stop();
    const second = start();
    await second.boardReady;
    expect(second.events).toEqual([]);
  });

  it('opens neither keys nor files of other names', async () => {
    home.make();
    const client = startClient();
    const key = join(home.sessions, `${client.pid}.${'0'.repeat(64)}.key`);
    mkdirSync(key);
    writeFileSync(join(home.sessions, `pid-${client.pid}.json`), client.text());
    client.write({ status: 'busy' });
    const agent = start();
    await agent.boardReady;
    expect(statuses(agent)).toEqual(['busy']);
  });
});

describe('sessions without a presence', () => {
  it('are told to be over once they are quiet, each once', async () => {
    home.make();
    const longAgo = promptLine('x', {}, T - 10 * 60_000);
    writeFileSync(home.transcript('session-1'), `${longAgo}\n`);
    writeFileSync(home.transcript('session-2'), `${promptLine('x', {}, T)}\n`);
    writeFileSync(home.transcript('session-3'), `${promptLine('x', { version: '2.1.100' }, T - 10 * 60_000)}\n`);
    writeFileSync(home.transcript('session-4'), `${longAgo}\n`);
    startClient().write({ sessionId: 'session-4' });
    const first = start();
    await first.caughtUp;
    expect(first.ofType('ProcessExited')).toMatchObject([
      { sessionId: 'session-1', occurredAt: T - 10 * 60_000, data: { pid: null, how: 'unseen' } },
    ]);
    await first.stop();
    const second = start();
    await second.caughtUp;
    expect(second.events).toEqual([]);
  });

  it('are left alone where no client keeps one', async () => {
    mkdirSync(home.project, { recursive: true });
    writeFileSync(home.transcript('session-1'), `${promptLine('x', {}, T - 10 * 60_000)}\n`);
    const agent = start();
    await agent.caughtUp;
    expect(agent.ofType('ProcessExited')).toEqual([]);
  });
});
