import { mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import FilterBar from './FilterBar.vue';
import FilterPanel from './FilterPanel.vue';
import { type Choices, type Filter, NO_FILTER } from './filter.ts';

beforeEach(() => setActivePinia(createPinia()));

const choicesOf = (people: number, machines: number, repositories: number): Choices => {
  const some = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({ value: `${name} ${index}`, sessions: index }));
  return {
    only: [],
    status: [],
    pull: [],
    person: some('person', people),
    machine: some('machine', machines),
    repository: some('repo', repositories),
  };
};
const mountBar = (choices: Choices, filter: Filter = NO_FILTER) =>
  mount(FilterBar, { props: { choices, filter, grouping: 'repository' } });

test('takes no room on a board of one person, one machine and one repository', () => {
  expect(
    mountBar(choicesOf(1, 1, 1))
      .find('.bar')
      .exists(),
  ).toBe(false);
});

test('offers nothing to group by where there is one person on one machine', () => {
  const bar = mountBar(choicesOf(1, 1, 3));
  expect(bar.find('select').exists()).toBe(false);
  expect(bar.text()).toContain('Filter');
});

test('lets one choose what the lanes are', async () => {
  const bar = mountBar(choicesOf(2, 2, 1));
  await bar.get('select').setValue('person');
  expect(bar.emitted('update:grouping')).toEqual([['person']]);
});

test('shows what is picked, and lets it go one by one or all at once', async () => {
  const filter = { ...NO_FILTER, person: ['person 1'], repository: ['repo 0'] };
  const bar = mountBar(choicesOf(2, 2, 2), filter);
  expect(bar.findAll('.chip').map((chip) => chip.attributes('aria-label'))).toEqual([
    'Person: person 1. Remove',
    'Repository: repo 0. Remove',
  ]);
  await bar.get('.chip').trigger('click');
  expect(bar.emitted('update:filter')).toEqual([[{ ...filter, person: [] }]]);
  const other = mountBar(choicesOf(2, 2, 2), filter);
  await other.get('.clear').trigger('click');
  expect(other.emitted('update:filter')).toEqual([[NO_FILTER]]);
});

test('finds a person among many', async () => {
  const panel = mount(FilterPanel, { props: { choices: choicesOf(20, 2, 1), modelValue: NO_FILTER } });
  await panel.get('input[type="search"]').setValue('Person 17');
  expect(panel.findAll('label bdi').map((name) => name.text())).toEqual(['person 17']);
  expect(panel.get('label .spoken').text()).toBe('17 sessions');
  await panel.get('input[type="checkbox"]').setValue(true);
  expect(panel.emitted('update:modelValue')).toEqual([[{ ...NO_FILTER, person: ['person 17'] }]]);
  await panel.get('input[type="search"]').setValue('nobody');
  expect(panel.text()).toContain('Nothing is called that.');
});
