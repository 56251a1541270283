import type { Session } from '@crewboard/contract';
import { aSession, T0 } from '@crewboard/contract/testing';
import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { defineComponent, h, nextTick, ref } from 'vue';
import { provideClock } from '../ui/clock.ts';
import SessionCard from './SessionCard.vue';
import { anAsk, asking, usageOf } from './testing.ts';

const MINUTE = 60_000;

const mountCard = (overrides: Partial<Session> = {}) => {
  const clock = ref(T0 + 9 * MINUTE);
  const session = ref(aSession(overrides));
  const host = mount(
    defineComponent({
      setup() {
        provideClock(clock);
        return () => h(SessionCard, { session: session.value });
      },
    }),
  );
  return { card: host.get('article'), clock, session };
};

test('shows title, now, place and person, and nothing that is not there', () => {
  const { card } = mountCard();
  expect(card.get('h3').text()).toBe('Fix the tail reader');
  expect(card.get('.now').text()).toBe('Bash: npm test');
  expect(card.get('.chips').text()).toBe('main');
  expect(card.get('footer').text()).toMatch(/^DE\s*Dev\s*devbox\s*Opus 5\.5$/);
  expect(card.find('.ask').exists()).toBe(false);
});

test('shows no row that would be empty', () => {
  const { card } = mountCard({ branch: null, now: null, owner: null, model: null });
  expect(card.find('.chips').exists()).toBe(false);
  expect(card.find('.now').exists()).toBe(false);
  expect(card.find('.avatar').exists()).toBe(false);
  expect(card.find('.spent').exists()).toBe(false);
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
    usage: usageOf({ costUsd: 3.184, costBy: 'client', contextTokens: 128_400 }),
  });
  const chips = card.findAll('.chips > li').map((chip) => chip.text());
  expect(chips).toEqual(['no sign for 12m', 'inferred', 'main', 'tail', 'shell', '128k tokens in context']);
  expect(card.get('.spent').text()).toBe('Opus 5.5 · $3.18');
  expect(card.get('.age').attributes('title')).toBe('Working. No turn end for 60 s (inferred).');
});

test('says that a session ended', () => {
  const { card } = mountCard({ status: 'idle', ended: true });
  expect(card.get('.chips').text()).toContain('ended');
});

test('links a pull request with a mark for each check', () => {
  const { card } = mountCard({
    pullRequest: {
      url: 'https://github.com/acme/widgets/pull/42',
      number: 42,
      repository: 'acme/widgets',
      state: 'draft',
      checks: [
        { name: 'unit', state: 'passed' },
        { name: 'lint', state: 'failed' },
      ],
    },
  });
  const link = card.get('a.pull');
  expect(link.attributes('href')).toBe('https://github.com/acme/widgets/pull/42');
  expect(link.text()).toContain('#42');
  expect(link.text()).toContain('acme/widgets #42, draft, 1 of 2 checks passed, 1 failed');
  expect(link.findAll('i').map((mark) => mark.classes()[0])).toEqual(['failed', 'passed']);
});

test('shows hostile text as text', () => {
  const hostile = '<img src=x onerror=alert(1)>';
  const { card } = mountCard({
    title: hostile,
    now: hostile,
    branch: hostile,
    machine: hostile,
    pullRequest: { url: 'javascript:alert(1)', number: 1, repository: hostile, state: 'open', checks: [] },
  });
  expect(card.find('img').exists()).toBe(false);
  expect(card.get('h3').text()).toBe(hostile);
  expect(card.get('a.pull').attributes('href')).toBeUndefined();
});
