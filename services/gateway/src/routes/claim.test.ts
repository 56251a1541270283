import { type Card, sessionSchema } from '@crewboard/contract';
import { aPullRequest, T0 } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { agentRequest, card, openLog, project, reasonOf, startGateway, storedEvents } from '../../test/harness.ts';
import { asPage, PASSWORDS, signIn, signInOptions } from '../../test/sign-in.ts';

const ask = { id: 'toolu_1', kind: 'permission', tool: 'Bash', input: 'npm test', since: T0, agentId: null } as const;
const asking = (overrides: Partial<Card> = {}) =>
  card('s', { status: 'waiting_for_approval', attention: ask, asks: [ask], ...overrides });

const boardOf = async (...cards: Card[]) => {
  const log = await openLog(1);
  await project(log, cards);
  const gateway = await startGateway(log, { signIn: signInOptions() });
  const as = async (name: string, role: keyof typeof PASSWORDS = 'member') => {
    const headers = asPage(gateway.url, await signIn(gateway.url, { name, password: PASSWORDS[role] }));
    const path = `${gateway.url}/api/sessions/s/claim`;
    return {
      claim: (body: object, more: Record<string, string> = {}) =>
        fetch(path, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json', ...more },
          body: JSON.stringify(body),
        }),
      release: () => fetch(path, { method: 'DELETE', headers }),
    };
  };
  return { log, gateway, as };
};

test('a member claims what a session asks, in the name of their sign-in, whatever the body says', async () => {
  const { log, as } = await boardOf(asking());
  const mika = await as('Mika');
  expect((await mika.claim({ on: 'toolu_1', by: 'Somebody else' })).status).toBe(204);
  expect((await mika.claim({ on: 'toolu_1' })).status).toBe(204);
  const [first, second] = await storedEvents(log);
  expect(first).toMatchObject({
    type: 'NeedClaimed',
    sessionId: 's',
    machine: 'devbox',
    source: 'person',
    data: { about: 'ask', on: 'toolu_1', by: 'Mika', insteadOf: null },
  });
  expect(second?.stream).toBe(first?.stream);
  expect(second?.position).toBeGreaterThan(first?.position ?? 0);
});

test('what another looks at is taken over only by who says so, and given back only by its own', async () => {
  const { log, as } = await boardOf(asking({ claim: { by: 'Mika', at: T0, on: 'toolu_1', about: 'ask' } }));
  const [mika, noa] = [await as('Mika'), await as('Noa')];
  for (const response of [await noa.claim({ on: 'toolu_1' }), await noa.release()]) {
    expect(response.status).toBe(409);
    expect(await reasonOf(response)).toBe('Mika looks at it.');
  }
  expect((await noa.claim({ on: 'toolu_1', insteadOf: 'Mika' })).status).toBe(204);
  expect((await mika.release()).status).toBe(204);
  expect((await storedEvents(log)).map(({ type, data }) => [type, data])).toEqual([
    ['NeedClaimed', { about: 'ask', on: 'toolu_1', by: 'Noa', insteadOf: 'Mika' }],
    ['ClaimReleased', { on: 'toolu_1', by: 'Mika' }],
  ]);
});

test('what is not needed any more is nobody’s to claim, nor is a session that is not there', async () => {
  const { log, as, gateway } = await boardOf(card('s', { claim: { by: 'Noa', at: T0, on: 'toolu_1', about: 'ask' } }));
  const mika = await as('Mika');
  expect((await mika.claim({ on: 'toolu_1' })).status).toBe(409);
  expect((await mika.release()).status, 'nothing to give back').toBe(204);
  expect((await mika.claim({ on: '' })).status).toBe(400);
  const headers = asPage(gateway.url, await signIn(gateway.url, { name: 'Mika', password: PASSWORDS.member }));
  expect((await fetch(`${gateway.url}/api/sessions/x/claim`, { method: 'DELETE', headers })).status).toBe(404);
  expect(await storedEvents(log)).toEqual([]);
});

test('failed checks are claimed for the commit that they failed on', async () => {
  const { log, as } = await boardOf(card('s', { status: 'waiting_for_input' }));
  const pullRequest = aPullRequest({ checks: [{ name: 'lint', state: 'failed', url: null }] });
  await log.appendChanges([{ type: 'PullRequestSeen', sessionId: 's', pullRequest }]);
  const mika = await as('Mika');
  const on = `checks acme/widgets#42@${pullRequest.head}`;
  await expect.poll(async () => (await mika.claim({ on })).status).toBe(204);
  expect((await storedEvents(log))[0]?.data).toMatchObject({ about: 'checks', on });
});

test('who only looks claims nothing, nor does a machine, nor another page', async () => {
  const { log, as, gateway } = await boardOf(asking());
  const viewer = await as('Vera', 'viewer');
  expect((await viewer.claim({ on: 'toolu_1' })).status).toBe(403);
  expect((await viewer.release()).status).toBe(403);
  const mika = await as('Mika');
  expect((await mika.claim({ on: 'toolu_1' }, { origin: 'https://elsewhere.example' })).status).toBe(403);
  const byToken = await agentRequest(gateway.url, 'POST', '/api/sessions/s/claim', gateway.token, '{"on":"toolu_1"}');
  expect(byToken.status).toBe(401);
  expect(await storedEvents(log)).toEqual([]);
});

test('a card that was saved before there were claims has none', async () => {
  const { claim: _claim, ...older } = asking();
  const { gateway } = await boardOf(older as Card);
  const headers = { cookie: await signIn(gateway.url, { name: 'Mika', password: PASSWORDS.member }) };
  const answer = await fetch(`${gateway.url}/api/sessions/s`, { headers });
  expect(sessionSchema.parse(await answer.json()).claim).toBeNull();
});
