import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import BoardNotices from './BoardNotices.vue';
import type { ShownNotice } from './shown-notices.ts';

const notice = (told: Partial<ShownNotice> = {}): ShownNotice => ({
  id: 'one',
  level: 'info',
  says: 'No token of GitHub',
  command: null,
  isDismissible: true,
  ...told,
});

test('shows one as it is, and puts it away', async () => {
  const bar = mount(BoardNotices, { props: { notices: [notice({ command: 'npx crewboard doctor' })] } });
  expect(bar.find('.fold').exists()).toBe(false);
  expect(bar.get('li').text()).toContain('npx crewboard doctor');
  await bar.get('.dismiss').trigger('click');
  expect(bar.emitted('dismiss')).toEqual([['one']]);
});

test('folds several into one line', async () => {
  const bar = mount(BoardNotices, { props: { notices: [notice(), notice({ id: 'two', level: 'warning' })] } });
  expect(bar.get('.fold').text()).toBe('2 notices');
  expect(bar.get('ul').attributes('style')).toContain('display: none');
  await bar.get('.fold').trigger('click');
  expect(bar.findAll('li')).toHaveLength(2);
  expect(bar.get('ul').attributes('style') ?? '').not.toContain('none');
});
