import { CONDITIONS, type Session } from '@crewboard/contract';
import { aPullRequest, aSession, aUsage, T0 } from '@crewboard/contract/testing';
import { type DOMWrapper, mount, RouterLinkStub } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { expect, test } from 'vitest';
import { defineComponent, h, nextTick, ref } from 'vue';
import { provideClock } from '../ui/clock.ts';
import { t } from '../words/index.ts';
import { provideBoardLinks } from './board-links.ts';
import { CONDITION_LOOKS } from './condition.ts';
import SessionCard from './SessionCard.vue';
import { anAgent, anAsk, asking, notedLinks } from './testing.ts';

const MINUTE = 60_000;

const chipsOf = (card: { findAll: DOMWrapper<Element>['findAll'] }): string[] =>
  card.findAll('.chips > li').map((chip) => chip.text());

const mountCard = (overrides: Partial<Session> = {}, { isDense = false } = {}) => {
  const clock = ref(T0 + 9 * MINUTE);
  const session = ref(aSession(overrides));
  const links = notedLinks({ 'session-2': 'The one before' }, [], isDense);
  const host = mount(
    defineComponent({
      setup() {
        provideClock(clock);
        provideBoardLinks(links);
        return () => h(SessionCard, { session: session.value });
      },
    }),
    { global: { stubs: { RouterLink: RouterLinkStub } } },
  );
  return { card: host.get('article'), clock, session, links };
};

test('shows title, now, place and person, and nothing that is not there', () => {
  const { card } = mountCard();
  expect(card.get('h3').text()).toBe('Fix the tail reader');
  expect(card.get('.now').text()).toBe('Bash: npm test');
  expect(card.get('.chips').text()).toBe('main');
  expect(card.get('footer').text()).toMatch(/^DE\s*DevDev\s*devbox\s*Opus 5\.5$/);
  expect(card.find('.ask').exists()).toBe(false);
});

test('shows no row that would be empty', () => {
  const { card } = mountCard({ branch: null, now: null, owner: null, model: null });
  expect(card.get('.chips').element.childElementCount).toBe(0);
  expect(card.find('.now').exists()).toBe(false);
  expect(card.find('.avatar').exists()).toBe(false);
  expect(card.find('.spent').exists()).toBe(false);
});

test('has the way there while somebody is near, and keeps its panel on their way to it', async () => {
  setActivePinia(createPinia());
  const { card } = mountCard();
  const way = () => card.find('.go button');
  expect(way().exists()).toBe(false);
  await card.trigger('pointerenter');
  expect(way().text()).toBe('Go there');
  await card.trigger('pointerleave');
  expect(way().exists()).toBe(false);
  await card.get('.why').trigger('focusin');
  expect(way().exists()).toBe(true);
  await card.trigger('focusout', { relatedTarget: way().element });
  expect(way().exists()).toBe(true);
  await card.trigger('focusout', { relatedTarget: null });
  expect(way().exists()).toBe(false);
});

test('lets the age grow with the one clock', async () => {
  const { card, clock } = mountCard();
  expect(card.get('time').text()).toBe('9m');
  clock.value += MINUTE;
  await nextTick();
  expect(card.get('time').text()).toBe('10m');
});

test('shows a permission as what would run and a question as text', async () => {
  const { card, session } = mountCard({
    ...asking(anAsk()),
  });
  expect(card.get('.ask .kind').text()).toBe('Permission · Bash');
  expect(card.get('.ask code').text()).toBe('git push');
  session.value = {
    ...session.value,
    ...asking(anAsk({ kind: 'question', tool: 'AskUserQuestion', input: 'Which?' })),
  };
  await nextTick();
  expect(card.find('.ask code').exists()).toBe(false);
  expect(card.get('.ask .text').text()).toBe('Which?');
});

test('says what is in the background, in context, inferred and long without a sign', () => {
  const { card } = mountCard({
    worktree: 'tail',
    backgroundShells: [{ id: 'b1', command: 'npm run dev', since: T0 }],
    quietSince: T0 - 3 * MINUTE,
    evidence: { source: 'timeout', says: 'No turn end for 60 s', at: T0, inferred: true },
    usage: aUsage({ costUsd: 3.184, costBy: 'estimate', contextTokens: 128_400 }),
  });
  expect(chipsOf(card)).toEqual(['no sign for 12m', 'inferred', 'main', 'tail', '1 shell', '128k tokens in context']);
  expect(card.get('.spent').text()).toBe('Opus 5.5 · $3.18 est.');
  expect(card.get('.why').attributes('title')).toBe('Working. No turn end for 60 s (inferred).');
});

test('tells how much of the context is used where its size is known', () => {
  const { card } = mountCard({ usage: aUsage({ contextTokens: 126_400, contextWindow: 200_000 }) });
  expect(chipsOf(card)).toEqual(['main', '63% of the context used']);
});

test('says that a session ended, once', () => {
  const { card, session } = mountCard({ status: 'idle', ended: true });
  expect(chipsOf(card)).toEqual(['ended', 'main']);
  session.value = { ...session.value, condition: { kind: 'crashed', says: 'The process is gone', since: T0 } };
  return nextTick(() => {
    expect(chipsOf(card)).toEqual(['main']);
    expect(card.get('.condition').text()).toBe('Crashed');
  });
});

test.each(CONDITIONS)('has a word and a mark of its own for %s', (kind) => {
  const { card } = mountCard({ condition: { kind, says: 'Says so', since: T0 } });
  expect(card.get('.condition b').text()).toBe(t(`status.condition.${kind}`));
  expect(card.find('.condition svg').exists()).toBe(true);
});

test('no two conditions look or sound alike', () => {
  const looks = Object.values(CONDITION_LOOKS);
  expect(new Set(CONDITIONS.map((kind) => t(`status.condition.${kind}`))).size).toBe(CONDITIONS.length);
  expect(new Set(looks.map(({ icon }) => icon)).size).toBe(CONDITIONS.length);
});

test('tells why a turn failed, what a background shell runs, and since when a machine is not heard', () => {
  const failed = mountCard({ condition: { kind: 'failed', says: '529 overloaded', since: T0 } });
  expect(failed.card.get('.condition').text()).toBe('Failed · 529 overloaded');
  const shell = mountCard({
    condition: { kind: 'background_shell', says: 'A shell goes on', since: T0 },
    backgroundShells: [{ id: 'b1', command: 'npm run dev', since: T0 }],
  });
  expect(shell.card.get('.condition').text()).toBe('Shell runs on · npm run dev');
  expect(chipsOf(shell.card)).toEqual(['main']);
  const offline = mountCard({ condition: { kind: 'offline', says: 'Not heard', since: T0 } });
  expect(offline.card.get('.condition').text()).toBe('Offline · not heard for 9m');
});

test.each(['offline', 'unknown'] as const)('never makes a session look at work whose state is %s', (kind) => {
  const { card } = mountCard({ status: 'working', condition: { kind, says: 'Not heard', since: T0 } });
  expect(card.find('.pulse').exists()).toBe(false);
  expect(card.classes()).toContain('away');
});

test('counts several asks, and tells of each what it asks', () => {
  const { card } = mountCard({
    ...asking(
      anAsk(),
      anAsk({ id: 'ask-2', tool: 'Edit', input: 'src/a.ts', agentId: 'agent-1', since: T0 + 5 * MINUTE }),
      anAsk({ id: 'ask-3', kind: 'question', tool: 'AskUserQuestion', input: 'Which?', since: T0 + 8 * MINUTE }),
      anAsk({ id: 'ask-4', kind: 'elicitation', tool: 'tickets', input: null }),
    ),
    subagents: [anAgent({ status: 'waiting_for_approval' })],
  });
  expect(card.get('.ask .kind').text()).toMatch(/^Permission · Bash\s*1 of 4$/);
  const others = card.findAll('.ask .others li > *').map((part) => part.text());
  expect(others).toEqual(['Edit', 'src/a.ts', '4m', 'Question', 'Which?', '1m']);
  expect(card.get('.ask .others').text()).toContain('and 1 more');
  expect(card.get('.agent .does').text()).toBe('Needs approval');
});

test('says whose an ask is', () => {
  const { card } = mountCard({ ...asking(anAsk({ agentId: 'agent-1' })), subagents: [anAgent()] });
  expect(card.get('.ask .whose').text()).toBe('for Explore: Find the reader');
});

test('shows three agents at work, and the others on demand', async () => {
  const { card } = mountCard({
    subagents: [
      ...['a', 'b', 'c', 'd'].map((agentId) => anAgent({ agentId })),
      anAgent({ agentId: 'e', status: 'failed' }),
      anAgent({ agentId: 'f', status: 'done' }),
    ],
  });
  expect(card.findAll('.agent')).toHaveLength(3);
  expect(card.get('.agent').text()).toMatch(/Explore\s*Find the reader\s*working\s*9m\s*Reading src\/tail.ts/);
  await card.get('.agents .more').trigger('click');
  expect(card.findAll('.agent')).toHaveLength(6);
  expect(card.findAll('.agent').map((agent) => agent.get('.word').text())).toContain('failed');
});

test('folds agents away that have finished', () => {
  const { card } = mountCard({ subagents: [anAgent({ status: 'done' }), anAgent({ agentId: 'b', status: 'done' })] });
  expect(card.findAll('.agent')).toHaveLength(0);
  expect(card.get('.agents').text()).toBe('2 agents, finished');
});

test('tells how far a list of tasks is, and at which one', () => {
  const { card } = mountCard({
    tasks: [
      { id: '1', subject: 'Read', status: 'completed' },
      { id: '2', subject: 'Write the reader', status: 'in_progress' },
      { id: '3', subject: 'Test', status: 'pending' },
    ],
  });
  expect(card.get('.tasks').text()).toMatch(/^1\/3 tasks done\s*Write the reader$/);
});

test('links to the session that it goes on from, if that is on the board', async () => {
  const { card, links, session } = mountCard({ lineage: { from: { sessionId: 'session-2', how: 'fork' }, to: null } });
  expect(card.get('.lineage').text()).toMatch(/Forked from\s*The one before/);
  await card.get('.lineage button').trigger('click');
  expect(links.asked).toEqual(['show session-2']);
  session.value = { ...session.value, lineage: { from: { sessionId: 'session-0', how: null }, to: null } };
  await nextTick();
  expect(card.find('.lineage').exists()).toBe(false);
});

test('marks what runs without a person before it, and sources that differ', () => {
  const disagreement = {
    since: T0,
    sources: [
      { source: 'presence', says: 'busy', at: T0 },
      { source: 'hook', says: 'over', at: T0 },
    ],
  } satisfies Session['disagreement'];
  expect(chipsOf(mountCard({ kind: 'headless' }).card)).toEqual(['headless', 'main']);
  expect(chipsOf(mountCard({ kind: 'background', disagreement }).card)).toEqual([
    'sources differ',
    'background',
    'main',
  ]);
});

test('opens its details by its button', async () => {
  const { card, links } = mountCard();
  expect(card.get('.why').attributes('aria-expanded')).toBe('false');
  expect(card.get('.why').text()).toMatch(/^Why\? Working for\s*9m$/);
  await card.get('.why').trigger('click');
  expect(links.asked).toEqual(['details of session-1']);
});

test('links a pull request with a mark for each check', () => {
  const { card } = mountCard({
    pullRequest: aPullRequest({
      state: 'draft',
      checks: [
        { name: 'unit', state: 'passed', url: null },
        { name: 'lint', state: 'failed', url: null },
      ],
    }),
  });
  const link = card.get('a.pull');
  expect(link.attributes('href')).toBe('https://github.com/acme/widgets/pull/42');
  expect(link.text()).toContain('#42');
  expect(link.text()).toContain('acme/widgets #42, draft, 1 of 2 checks passed, 1 failed');
  expect(link.findAll('i').map((mark) => mark.classes()[0])).toEqual(['failed', 'passed']);
});

test('says first what the pull request of a session that waits needs, and nothing once it is merged', async () => {
  const pullRequest = aPullRequest({
    review: 'changes_requested',
    checks: [
      { name: 'lint', state: 'failed', url: null },
      { name: 'test (node 22)', state: 'failed', url: null },
    ],
  });
  const { card, session } = mountCard({ status: 'waiting_for_input', pullRequest });
  expect(card.get('.ask').text()).toContain('CI failed');
  expect(card.get('.ask').text()).toContain('lint, test (node 22)');
  expect(card.get('.ask').text()).toContain('Changes requested');
  expect(card.get('.ask').element.nextElementSibling?.className).toContain('now');
  session.value = { ...session.value, pullRequest: { ...pullRequest, state: 'merged' } };
  await nextTick();
  expect(card.find('.ask').exists()).toBe(false);
  expect(card.get('a.pull').text()).toContain('merged');
  expect(card.findAll('a.pull i')).toHaveLength(0);
});

test('shows hostile text as text', () => {
  const hostile = '<img src=x onerror=alert(1)>';
  const { card } = mountCard({
    title: hostile,
    now: hostile,
    branch: hostile,
    machine: hostile,
    pullRequest: aPullRequest({ url: 'javascript:alert(1)', repository: hostile }),
  });
  expect(card.find('img').exists()).toBe(false);
  expect(card.get('h3').text()).toBe(hostile);
  expect(card.get('a.pull').attributes('href')).toBeUndefined();
});

test('says in words and with a sign that nobody is asked', () => {
  const { card } = mountCard({ permissionMode: 'bypassPermissions' });
  const chip = card.get('[data-chip="permission"]');
  expect(chip.text()).toBe('bypasses permissions');
  expect(chip.find('svg').exists()).toBe(true);
  expect(mountCard({ permissionMode: 'default' }).card.find('[data-chip="permission"]').exists()).toBe(false);
});

test('takes three lines where that is asked for, and leaves out nothing that one has to know', () => {
  const asked = mountCard(
    {
      ...asking(anAsk({ input: 'git push --force' }), anAsk({ id: 'ask-2' })),
      subagents: [anAgent(), anAgent({ agentId: 'agent-2', status: 'done' })],
      tasks: [{ id: '1', subject: 'Read', status: 'completed' }],
      pullRequest: aPullRequest({ number: 418 }),
    },
    { isDense: true },
  );
  expect(asked.card.get('.ask').text()).toMatch(/^Bash\s*git push --force\s*\+1/);
  expect(asked.card.find('.subagents').exists()).toBe(false);
  expect(chipsOf(asked.card).map((chip) => chip.replace(/\s+/g, ' '))).toEqual([
    'main',
    expect.stringMatching(/^#418/),
    '1/1 tasks done',
    '1 agent',
  ]);
  expect(asked.card.get('.row').text()).toContain('Dev');
  const retried = mountCard({ condition: { kind: 'retrying', says: 'Attempt 3 of 10', since: T0 } }, { isDense: true });
  expect(retried.card.get('.line').text()).toMatch(/^Retrying\s*Attempt 3 of 10$/);
});

test('of a session whose texts are withheld it tells what it may', () => {
  const { card } = mountCard({ title: '', goal: null, cwd: '', branch: null, prompts: 2, now: 'Bash' });
  expect(card.get('h3').text()).toBe('A session in acme/widgets');
  expect(card.get('.now').text()).toBe('Bash');
  expect(card.get('[data-chip="withheld"]').text()).toBe('texts withheld');
});
