import { appendFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionEvent } from '@crewboard/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHome, type Home, NOW, startTestAgent, until } from '../../test/agent.ts';
import { assistantLine, promptLine, T } from '../../test/entries.ts';
import { parseSubagentMeta } from './subagent.ts';

const META = {
  agentType: 'general-purpose',
  isBuiltIn: true,
  description: 'Find files',
  toolUseId: 'toolu_1',
  spawnDepth: 1,
  requestShape: 'background',
  model: 'claude-opus-5-5',
};

describe('the note beside a subagent’s transcript', () => {
  it('says what it is and whether it is done', () => {
    expect(parseSubagentMeta(JSON.stringify({ ...META, finished: true }))).toEqual({
      started: { agentType: 'general-purpose', description: 'Find files', toolUseId: 'toolu_1', isBackground: true },
      isFinished: true,
    });
    expect(parseSubagentMeta('{}')).toEqual({
      started: { agentType: null, description: null, toolUseId: null, isBackground: false },
      isFinished: false,
    });
    expect([parseSubagentMeta('{"agentType":"gen'), parseSubagentMeta(''), parseSubagentMeta('7')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('a subagent', () => {
  let home: Home;
  let path: string;
  let agents: ReturnType<typeof startTestAgent>[] = [];

  beforeEach(() => {
    home = createHome();
    home.make();
    const folder = join(home.project, 'session-1', 'subagents');
    mkdirSync(folder, { recursive: true });
    path = join(folder, 'agent-a1.jsonl');
    writeFileSync(home.transcript('session-1'), `${promptLine('Find them')}\n`);
  });
  afterEach(async () => {
    for (const agent of agents) await agent.stop();
    agents = [];
    home.remove();
  });

  const start = () => {
    const agent = startTestAgent(home);
    agents.push(agent);
    return agent;
  };
  const note = (meta: object): void => writeFileSync(path.replace('.jsonl', '.meta.json'), JSON.stringify(meta));
  const say = (at: number): void =>
    appendFileSync(
      path,
      `${assistantLine({ type: 'text', text: 'found' }, { id: `msg_${at}` }, { isSidechain: true }, at)}\n`,
    );
  const lives = (events: readonly SessionEvent[]) =>
    events.flatMap(({ type, agentId, occurredAt }) =>
      type === 'SubagentStarted' || type === 'SubagentStopped' ? [[type, agentId, occurredAt]] : [],
    );

  it('begins with its first entry and is done when its note says so, each told once', async () => {
    writeFileSync(path, `${promptLine('Look', { isSidechain: true })}\n`);
    note(META);
    const agent = start();
    await agent.caughtUp;
    expect(lives(agent.events)).toEqual([['SubagentStarted', 'a1', T]]);
    expect(agent.ofType('SubagentStarted')[0]).toMatchObject({
      sessionId: 'session-1',
      data: { agentType: 'general-purpose', description: 'Find files', toolUseId: 'toolu_1', isBackground: true },
    });
    say(T + 5);
    await until('it speaks', () => agent.ofType('AssistantReplied').length === 1);
    note({ ...META, finished: true });
    await until('it is done', () => agent.ofType('SubagentStopped').length === 1);
    await agent.stop();
    const again = start();
    await again.caughtUp;
    expect(lives([...agent.events, ...again.events])).toEqual([
      ['SubagentStarted', 'a1', T],
      ['SubagentStopped', 'a1', T + 5],
    ]);
    const positions = agent.events.filter(({ agentId }) => agentId === 'a1').map(({ position }) => position);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(new Set(positions).size).toBe(positions.length);
  });

  it('goes on after its end when it is sent another message', async () => {
    writeFileSync(path, `${promptLine('Look', { isSidechain: true })}\n`);
    note({ ...META, finished: true });
    const agent = start();
    await agent.caughtUp;
    expect(lives(agent.events).map(([type]) => type)).toEqual(['SubagentStarted', 'SubagentStopped']);
    note(META);
    say(T + 9);
    await until('it began again', () => agent.ofType('SubagentStarted').length === 2);
    expect(lives(agent.events).at(-1)).toEqual(['SubagentStarted', 'a1', T + 9]);
  });

  it('whose note comes late is told when it is there', async () => {
    writeFileSync(path, `${promptLine('Look', { isSidechain: true })}\n`);
    const agent = start();
    await agent.caughtUp;
    expect(lives(agent.events)).toEqual([]);
    note(META);
    await until('it is told', () => agent.ofType('SubagentStarted').length === 1);
  });

  it('that was done long before it was seen is only counted', async () => {
    writeFileSync(path, `${promptLine('Look', { isSidechain: true })}\n`);
    say(T + 5);
    note({ ...META, finished: true });
    utimesSync(path, (NOW - 600_000) / 1000, (NOW - 600_000) / 1000);
    const agent = start();
    await agent.caughtUp;
    expect(agent.events.filter(({ agentId }) => agentId === 'a1').map(({ type }) => type)).toEqual(['HistoryCounted']);
  });
});
