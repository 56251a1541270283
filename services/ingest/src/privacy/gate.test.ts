import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionEvent } from '@crewboard/contract';
import { describe, expect, it } from 'vitest';
import { homeForEach, NOW, until } from '../../test/agent.ts';
import { promptLine, T } from '../../test/entries.ts';
import { noteForgotten } from './forgotten.ts';

const at = homeForEach();

const rules = (file: object | string): void => {
  mkdirSync(at.home.dataDir, { recursive: true });
  const text = typeof file === 'string' ? file : JSON.stringify(file);
  writeFileSync(join(at.home.dataDir, 'privacy.json'), text);
};

const write = (sessionId: string, cwd: string, prompt = `prompt of ${sessionId}`): void =>
  appendFileSync(at.home.transcript(sessionId), `${promptLine(prompt, { sessionId, cwd })}\n`);

/** A process that lives as long as the test, and the presence that it would keep. */
const writePresence = (sessionId: string, cwd: string): void =>
  writeFileSync(
    join(at.home.sessions, `${process.pid}.json`),
    JSON.stringify({ pid: process.pid, sessionId, cwd, status: 'idle', statusUpdatedAt: T, version: '2.1.330' }),
  );

const typesOf = (events: readonly SessionEvent[], sessionId: string): string[] =>
  events.filter((event) => event.sessionId === sessionId).map(({ type }) => type);

const secret = (): string => join(at.home.home, 'clients', 'secret');
const open = (): string => join(at.home.home, 'open');
const HIDE_CLIENTS = { rules: [{ path: '~/clients/**', tier: 'private' }] };

describe('a private session', () => {
  it('is told by its number alone, from its beginning', async () => {
    rules(HIDE_CLIENTS);
    write('session-1', secret());
    write('session-2', open());
    writePresence('session-1', secret());
    const agent = at.start();
    await agent.caughtUp;
    expect(agent.prompts()).toEqual(['prompt of session-2']);
    expect(JSON.stringify(agent.events)).not.toContain('session-1');
    await until('a report counts it', () => agent.reports.at(-1)?.privacy?.privateSessions === 1);
    expect(agent.reports.at(-1)?.privacy).toEqual({ tier: 'full', rules: 1, privateSessions: 1 });
  });

  it('is withdrawn when it was told before, and tells nothing more; told again, it goes on from then', async () => {
    write('session-1', secret());
    writePresence('session-1', secret());
    const agent = at.start();
    await agent.caughtUp;
    expect(agent.prompts()).toEqual(['prompt of session-1']);

    rules(HIDE_CLIENTS);
    await until('it is withdrawn', () => agent.ofType('SessionWithdrawn').length === 1);
    expect(agent.ofType('SessionWithdrawn')[0]).toMatchObject({ sessionId: 'session-1', data: { why: 'private' } });
    const before = agent.events.length;
    write('session-1', secret(), 'hidden');
    write('session-2', open(), 'seen');
    await until('the other one is told', () => agent.prompts().includes('seen'));
    expect(typesOf(agent.events.slice(before), 'session-1')).toEqual([]);

    rules({ rules: [] });
    await until('it is told again', () => typesOf(agent.events.slice(before), 'session-1').includes('PresenceChanged'));
    expect(typesOf(agent.events.slice(before), 'session-1')).toContain('SessionLocated');
    write('session-1', secret(), 'after');
    await until('it goes on', () => agent.prompts().includes('after'));
    expect(agent.prompts()).not.toContain('hidden');
  });

  it('is withdrawn at the next start where the rules were changed meanwhile, once', async () => {
    write('session-1', secret());
    const first = at.start();
    await first.caughtUp;
    await first.stop();
    rules(HIDE_CLIENTS);
    write('session-1', secret(), 'hidden');
    const second = at.start();
    await second.caughtUp;
    expect(second.events.map(({ type }) => type)).toEqual(['SessionWithdrawn']);
    await second.stop();
    const third = at.start();
    await third.caughtUp;
    expect(third.events).toEqual([]);
  });

  it('leaves no queue: what waits for a board that is away is looked at once more', async () => {
    write('session-1', secret());
    let isAway = true;
    const tried: SessionEvent[] = [];
    const arrived: SessionEvent[] = [];
    const agent = at.start({
      sink: {
        send: async (events, signal) => {
          tried.push(...events);
          while (isAway && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
          signal.throwIfAborted();
          arrived.push(...events);
        },
      },
    });
    await until('it is on its way', () => typesOf(tried, 'session-1').includes('PromptSubmitted'));
    write('session-2', open());
    rules(HIDE_CLIENTS);
    await until('the rules are read', () => agent.reports.at(-1)?.privacy?.rules === 1);
    isAway = false;
    await until('the other one is told', () => typesOf(arrived, 'session-2').includes('PromptSubmitted'));
    expect(typesOf(arrived, 'session-1')).toEqual(['SessionWithdrawn']);
  });

  it('takes its subagents and forks with it, whatever is read first', async () => {
    rules(HIDE_CLIENTS);
    const agents = join(at.home.project, 'session-1', 'subagents');
    mkdirSync(agents, { recursive: true });
    writeFileSync(
      join(agents, 'agent-a1b2c3.jsonl'),
      `${promptLine('of the agent', { cwd: open(), isSidechain: true, agentId: 'a1b2c3' })}\n`,
    );
    // The session itself is too old to be read: nothing but its file tells where it worked.
    write('session-1', secret());
    const agent = at.start();
    await agent.caughtUp;
    expect(agent.events).toEqual([]);
  });

  it('stays so where its place cannot be known', async () => {
    rules(HIDE_CLIENTS);
    writeFileSync(at.home.transcript('session-1'), `${promptLine('nowhere', { cwd: undefined })}\n`);
    const agent = at.start();
    await agent.caughtUp;
    expect(agent.events).toEqual([]);
  });

  it('is every session that ever worked in a private place', async () => {
    rules(HIDE_CLIENTS);
    write('session-1', open(), 'before');
    write('session-1', secret(), 'within');
    write('session-1', open(), 'behind');
    const agent = at.start();
    await agent.caughtUp;
    expect(agent.events).toEqual([]);
    write('session-2', open(), 'told');
    await until('the other one is told', () => agent.prompts().includes('told'));
    write('session-2', secret(), 'within');
    await until('it is withdrawn', () => agent.ofType('SessionWithdrawn').length === 1);
    expect(agent.prompts()).toEqual(['told']);
  });
});

describe('a privacy.json that is damaged', () => {
  it('lets nothing leave at the start', async () => {
    rules('{"rules": [');
    write('session-1', open());
    const agent = at.start();
    await agent.caughtUp;
    expect(agent.events).toEqual([]);
    rules({});
    await until('it is told once the file is whole', () => agent.ofType('SessionLocated').length > 0);
  });

  it('lets no more leave than before, and withdraws nothing', async () => {
    rules({ tier: 'full', rules: [{ repo: 'other', tier: 'status' }] });
    write('session-1', open(), 'whole');
    const agent = at.start();
    await agent.caughtUp;
    expect(agent.prompts()).toEqual(['whole']);
    rules('{"tier": "full", "rulez": []}');
    await until('it is noticed', () => agent.reports.at(-1)?.privacy?.tier === 'status');
    write('session-1', open(), 'cut');
    await until('the prompt is told', () => agent.prompts().length === 2);
    expect(agent.prompts()).toEqual(['whole', '']);
    expect(agent.ofType('SessionWithdrawn')).toEqual([]);
  });
});

it('hashes repositories as all machines of a board do', async () => {
  rules({ tier: 'status', hashRepositories: true });
  write('session-1', open());
  const agent = at.start({ repositorySalt: async () => 'salt of the board', now: () => NOW });
  await agent.caughtUp;
  const [located] = agent.ofType('SessionLocated');
  // printf open | openssl dgst -sha256 -hmac 'salt of the board'
  expect(located?.data).toMatchObject({ repo: 'repo-588cb414', remote: null, cwd: '', branch: null });
});

it('what the board forgot begins anew where its process goes on, and stays forgotten where it does not', async () => {
  write('session-1', open());
  write('session-2', open());
  writePresence('session-1', open());
  const agent = at.start();
  await agent.caughtUp;
  const before = agent.events.length;
  noteForgotten(at.home.dataDir, 'board', ['session-1', 'session-2']);
  await until('it is told again', () => typesOf(agent.events.slice(before), 'session-1').includes('PresenceChanged'));
  expect(typesOf(agent.events.slice(before), 'session-1')).toContain('SessionLocated');
  expect(typesOf(agent.events.slice(before), 'session-2')).toEqual([]);
  expect(agent.prompts()).toHaveLength(2);
});
