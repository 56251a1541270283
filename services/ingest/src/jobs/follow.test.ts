import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sessionEventSchema } from '@crewboard/contract';
import { describe, expect, it } from 'vitest';
import { homeForEach, NOW, until } from '../../test/agent.ts';

const at = homeForEach();
const { start } = at;

/** A job's folder, and its state as the client writes it: aside first. */
const job = (jobId = 'c2607223') => {
  const folder = join(at.home.claudeDir, 'jobs', jobId);
  const path = join(folder, 'state.json');
  const text = (fields: object = {}) =>
    JSON.stringify({
      state: 'working',
      detail: 'starting…',
      tempo: 'active',
      intent: 'Make a file',
      sessionId: 'session-1',
      updatedAt: new Date(NOW - 1_000).toISOString(),
      ...fields,
    });
  return {
    folder,
    path,
    text,
    write: (fields: object = {}) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${path}.tmp`, text(fields));
      renameSync(`${path}.tmp`, path);
    },
  };
};

const told = (agent: ReturnType<typeof start>) =>
  agent.ofType('JobChanged').map(({ data }) => [data.state, data.tempo, data.needs]);

describe('following background jobs', () => {
  it('tells once where a job works: its process tells of itself seconds later', async () => {
    const agent = start();
    await agent.boardReady;
    const { write } = job();
    write({ cwd: '/home/dev/widgets' });
    await until('the first', () => told(agent).length === 1);
    write({ cwd: '/home/dev/widgets', tempo: 'idle' });
    await until('the second', () => told(agent).length === 2);
    expect(agent.ofType('SessionLocated')).toMatchObject([
      { sessionId: 'session-1', source: 'job', data: { cwd: '/home/dev/widgets', repo: 'widgets' } },
    ]);
  });

  it('tells each state that says something else, from the first on', async () => {
    const agent = start();
    await agent.boardReady;
    const { write } = job();
    const began = performance.now();
    write();
    await until('it began', () => told(agent).length === 1);
    write({ tempo: 'blocked', needs: 'approve Bash: ls' });
    await until('it is blocked', () => told(agent).length === 2);
    // Nobody has to wait for a sweep.
    expect(performance.now() - began).toBeLessThan(2_000);
    write({ tempo: 'blocked', needs: 'approve Bash: ls', tokens: 120, updatedAt: new Date(NOW).toISOString() });
    write({ state: 'stopped', tempo: 'idle' });
    await until('it stopped', () => told(agent).length === 3);
    expect(told(agent)).toEqual([
      ['working', 'active', null],
      ['working', 'blocked', 'approve Bash: ls'],
      ['stopped', 'idle', null],
    ]);
    for (const event of agent.events) sessionEventSchema.parse(event);
    const positions = agent.events.map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
  });

  it('reads a half-written state again', async () => {
    const { folder, path, text } = job();
    const agent = start();
    await agent.boardReady;
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, text().slice(0, 30));
    await new Promise((resolve) => setTimeout(resolve, 40));
    appendFileSync(path, text().slice(30));
    await until('it is told', () => told(agent).length === 1);
  });

  it('does not tell again at the next start what did not change', async () => {
    const [stays, goes, moves] = [job('a'), job('b'), job('c')];
    for (const { write } of [stays, goes, moves]) write();
    const first = start();
    await first.boardReady;
    expect(told(first)).toHaveLength(3);
    await first.stop();
    moves.write({ state: 'done', tempo: 'idle' });
    rmSync(goes.folder, { recursive: true });
    const second = start();
    await second.boardReady;
    expect(second.events.map(({ stream, data }) => [stream, 'state' in data && data.state]).sort()).toEqual([
      ['job:b', null],
      ['job:c', 'done'],
    ]);
    await second.stop();
    const third = start();
    await third.boardReady;
    expect(third.events).toEqual([]);
  });

  it('leaves old jobs alone, and what is no job of this folder', async () => {
    const old = job('old');
    old.write();
    const longAgo = (NOW - 30 * 24 * 3_600_000) / 1000;
    utimesSync(old.path, longAgo, longAgo);
    const real = join(at.home.home, 'elsewhere');
    mkdirSync(real);
    writeFileSync(join(real, 'state.json'), old.text());
    symlinkSync(real, join(at.home.claudeDir, 'jobs', 'linked'));
    mkdirSync(join(at.home.claudeDir, 'jobs', 'linked-file'));
    symlinkSync(join(real, 'state.json'), join(at.home.claudeDir, 'jobs', 'linked-file', 'state.json'));
    writeFileSync(join(at.home.claudeDir, 'jobs', 'pins.json'), '[]');
    const agent = start();
    await agent.caughtUp;
    expect(agent.events).toEqual([]);
  });
});
