import { todaySchema } from '@crewboard/contract';
import { anAskSpan, aWorkSpan } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { card, openLog, project, startGateway } from '../../test/harness.ts';

const todayOf = async (url: string, tz = 'UTC') => {
  const answer = await fetch(`${url}/api/today?tz=${encodeURIComponent(tz)}`);
  expect(answer.status).toBe(200);
  return todaySchema.parse(await answer.json());
};

test('tells the day of all partitions, the same from each gateway', async () => {
  const log = await openLog(4);
  const now = Date.now();
  const ids = Array.from({ length: 12 }, (_, n) => `session-${n}`);
  const ended = { at: now, since: now - 1_000 };
  await project(
    log,
    ids.map((id) => card(id, { status: 'idle', lastActivityAt: now })),
    [],
    [],
    [],
    ids.flatMap((sessionId) => [
      { sessionId, span: anAskSpan(ended) },
      { sessionId, span: aWorkSpan({ ...ended, costUsd: 0.5 }) },
    ]),
  );
  const [one, other] = [await startGateway(log), await startGateway(log)];
  const today = await todayOf(one.url);
  expect(today).toMatchObject({ timeZone: 'UTC', answered: 12, medianWaitMs: 1_000 });
  expect(today.costsByRepository).toEqual([{ repo: 'acme/widgets', costUsd: 6, isWhole: true, sessions: 12 }]);
  expect({ ...(await todayOf(other.url)), now: 0 }).toEqual({ ...today, now: 0 });
});

test('answers 400 to what is no time zone', async () => {
  const { url } = await startGateway(await openLog());
  for (const tz of ['Mars/Olympus', 'x'.repeat(200), '../etc'])
    expect((await fetch(`${url}/api/today?tz=${encodeURIComponent(tz)}`)).status).toBe(400);
});
