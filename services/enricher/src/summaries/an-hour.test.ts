import type { Card, StoryEntry } from '@crewboard/contract';
import { T0 } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { type Asked, startStubModel, text } from '../../test/stub-model.ts';
import { aTurn, startSummarizing } from '../../test/summarizing.ts';

const SESSIONS = 200;
const REPOSITORIES = 40;
const STEP_MS = 5_000;
const HOUR_MS = 3_600_000;

/** The same numbers each time. */
const numbers = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
  return seed / 2 ** 32;
};

const answer = ({ text: input }: Asked): string =>
  JSON.stringify({
    goal: 'Make the tail reader keep the last line',
    doing: `Read ${input.length} characters.`,
    needed: null,
  });

test('200 busy sessions in 40 repositories stay within the budget of a day for an hour', async () => {
  let now = T0;
  const model = await startStubModel(() => now);
  model.script(text(answer));
  const at = await startSummarizing({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: model.url });
  const random = numbers(7);
  const between = (low: number, high: number): number => low + random() * (high - low);
  const sessions = Array.from({ length: SESSIONS }, (_, n) => ({
    id: `session-${n}`,
    repo: `acme/repository-${n % REPOSITORIES}`,
    nextAt: T0 + between(0, 300_000),
    step: 0,
    prompts: 0,
    story: [] as StoryEntry[],
  }));

  for (; now < T0 + HOUR_MS; now += STEP_MS) {
    for (const session of sessions.filter(({ nextAt }) => nextAt <= now)) {
      const { id: sessionId, repo, prompts } = session;
      // A prompt, an ask on the way, the answer to it, the end of the turn, a rest.
      const phase = session.step++ % 4;
      const ask = {
        id: `${prompts}`,
        kind: 'permission',
        tool: 'Bash',
        input: 'npm test',
        since: now,
        agentId: null,
      } as const;
      const card: Partial<Card> = { sessionId, repo, status: 'working', prompts };
      if (phase === 0) {
        session.prompts += 1;
        card.prompts = session.prompts;
        session.story.push(
          ...aTurn(`Do step ${session.prompts} of ${sessionId}. ${'Mind the details. '.repeat(15)}`, '', now).slice(
            0,
            1,
          ),
        );
        session.nextAt = now + between(60_000, 240_000);
      } else if (phase === 1) {
        Object.assign(card, { status: 'waiting_for_approval', asks: [ask], attention: ask });
        session.nextAt = now + between(10_000, 120_000);
      } else if (phase === 2) {
        for (let n = 0; n < 12; n++)
          session.story.push(...aTurn('', `Step ${n} is done. ${'It holds. '.repeat(20)}`, now).slice(1, 3));
        session.nextAt = now + between(60_000, 300_000);
      } else {
        session.story.push(...aTurn('', '', now).slice(3));
        card.status = 'waiting_for_input';
        session.nextAt = now + between(60_000, 480_000);
      }
      at.tell(card, session.story.slice(-200));
    }
    await at.wait(STEP_MS);
  }

  const { usd } = await at.spent();
  const { input, cacheRead, cacheWrite, output } = model.tokens;
  const each = (count: number) => Math.round(count / SESSIONS);
  console.log(
    `an hour of ${SESSIONS} busy sessions: ${model.asked.length} calls, ${(model.asked.length / SESSIONS).toFixed(1)} a session-hour; tokens a ` +
      `session-hour: ${each(input)} in, ${each(cacheRead)} from the cache, ${each(cacheWrite)} into it, ${each(output)} out; $${usd.toFixed(2)}`,
  );
  expect(usd).toBeLessThan(30);
  expect(model.asked.length).toBeLessThan(10_000);
  expect(new Set(at.written.map(({ sessionId }) => sessionId)).size).toBe(SESSIONS);
  expect(at.written.every(({ brief }) => brief.by === 'model')).toBe(true);
  expect(await at.notices()).toEqual([]);
}, 300_000);
