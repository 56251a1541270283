import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionEvent } from '@crewboard/contract';
import { expect, it } from 'vitest';
import { homeForEach, NOW } from '../../test/agent.ts';
import { promptLine } from '../../test/entries.ts';
import { promptPayload } from '../../test/spool.ts';
import { dryRun } from './dry-run.ts';
import { sessionsIn, toldSessions } from './told-sessions.ts';

const at = homeForEach();

const wouldSend = async (): Promise<SessionEvent[]> => {
  const events: SessionEvent[] = [];
  const { claudeDir, dataDir, home } = at.home;
  const as = { machine: 'devbox', owner: 'Dev', maxAgeDays: 7, target: 'board', defaultTier: 'full', home } as const;
  await dryRun({ ...as, claudeDir, dataDir, now: () => NOW }, (more) => events.push(...more));
  return events;
};

/** Every file below the data folder with its content. */
const kept = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(at.home.dataDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path, readFileSync(path, 'utf8')];
      }),
  );

it('tells to the letter what an agent would send then, and changes nothing', async () => {
  const path = at.home.transcript('session-1');
  writeFileSync(path, `${promptLine('first')}\n`);
  mkdirSync(join(at.home.dataDir, 'spool'), { recursive: true });
  writeFileSync(join(at.home.dataDir, 'spool', '1.json'), promptPayload('by hook'));
  writeFileSync(
    join(at.home.dataDir, 'privacy.json'),
    JSON.stringify({ rules: [{ repo: 'widgets', tier: 'summary' }] }),
  );
  const before = kept();
  const told = await wouldSend();
  expect(kept()).toEqual(before);
  expect(told.length).toBeGreaterThan(2);

  const agent = at.start();
  await agent.caughtUp;
  await agent.stop();
  const withoutTime = ({ position, occurredAt, ...event }: SessionEvent) =>
    event.source === 'hook' ? event : { ...event, position, occurredAt };
  expect(agent.events.map(withoutTime)).toEqual(told.map(withoutTime));

  expect(await wouldSend()).toEqual([]);
  appendFileSync(path, `${promptLine('second')}\n`);
  expect(await wouldSend()).toMatchObject([{ type: 'PromptSubmitted', data: { text: 'second' } }]);
});

it('what was told is remembered by repository', async () => {
  writeFileSync(at.home.transcript('session-1'), `${promptLine('first')}\n`);
  writeFileSync(
    at.home.transcript('session-2'),
    `${promptLine('first', { sessionId: 'session-2', cwd: '/elsewhere/gears' })}\n`,
  );
  const agent = at.start();
  await agent.caughtUp;
  await agent.stop();
  const told = toldSessions(at.home.dataDir, 'board');
  expect([...told.keys()].sort()).toEqual(['session-1', 'session-2']);
  expect(sessionsIn(told, 'gea*')).toEqual(['session-2']);
  expect(toldSessions(at.home.dataDir, 'another').size).toBe(0);
});
