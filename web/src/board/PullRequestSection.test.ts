import { aPullRequest, T0 } from '@crewboard/contract/testing';
import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { defineComponent, h, ref } from 'vue';
import { provideClock } from '../ui/clock.ts';
import PullRequestSection from './PullRequestSection.vue';

const mountSection = (pullRequest = aPullRequest()) =>
  mount(
    defineComponent({
      setup() {
        provideClock(ref(T0 + 120_000));
        return () => h(PullRequestSection, { pullRequest });
      },
    }),
  ).get('section');

test('tells where a pull request stands, who found it, and each check with its link, failed ones first', () => {
  const section = mountSection(
    aPullRequest({
      review: 'approved',
      isMergeable: false,
      linkedBy: 'branch',
      checks: [
        { name: 'unit', state: 'passed', url: 'https://ci.example/1' },
        { name: 'lint', state: 'failed', url: 'https://ci.example/2' },
        { name: 'e2e', state: 'pending', url: null },
      ],
    }),
  );
  expect(section.get('.stands').text()).toContain('open, approved, conflicts with its base · found by its branch');
  const names = section.findAll('li bdi').map((name) => name.text());
  const states = section.findAll('li .state').map((state) => state.text());
  expect(names.map((name, index) => `${name} ${states[index]}`)).toEqual(['lint failed', 'e2e running', 'unit passed']);
  expect(section.findAll('li a').map((link) => link.attributes('href'))).toEqual([
    'https://ci.example/2',
    'https://ci.example/1',
  ]);
});

test('leads nowhere but to the web', () => {
  const check = { name: '<b>x</b>', state: 'failed' as const, url: 'javascript:alert(1)' };
  const section = mountSection(aPullRequest({ url: 'javascript:alert(1)', checks: [check] }));
  expect(section.findAll('[href]')).toHaveLength(0);
  expect(section.get('li').text()).toContain('<b>x</b>');
});
