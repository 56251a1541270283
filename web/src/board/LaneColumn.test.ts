import type { Session } from '@crewboard/contract';
import { aSession, T0 } from '@crewboard/contract/testing';
import { mount, RouterLinkStub } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { defineComponent, h, nextTick, ref } from 'vue';
import { provideClock } from '../ui/clock.ts';
import { provideBoardLinks } from './board-links.ts';
import LaneColumn from './LaneColumn.vue';
import { notedLinks } from './testing.ts';

const mountColumn = (status: Session['status'], isOpen: boolean, ...first: Session[]) => {
  const sessions = ref(first);
  const links = notedLinks();
  const host = mount(
    defineComponent({
      setup() {
        provideClock(ref(T0));
        provideBoardLinks(links);
        return () => h(LaneColumn, { status, isOpen, sessions: sessions.value });
      },
    }),
    { global: { stubs: { RouterLink: RouterLinkStub } } },
  );
  const ids = () => host.findAll('[data-session]').map((place) => place.attributes('data-session'));
  return { column: host.get('.column'), ids, sessions, asked: links.asked };
};
const named = (sessionId: string, overrides: Partial<Session> = {}) => aSession({ sessionId, ...overrides });

test('keeps its order while the pointer is on it, and takes the new one when the pointer leaves', async () => {
  const { column, ids, sessions } = mountColumn('working', true, named('a'), named('b'));
  await column.trigger('pointerenter');
  sessions.value = [named('new'), named('b'), named('a')];
  await nextTick();
  expect(ids()).toEqual(['a', 'b', 'new']);
  await column.trigger('pointerleave');
  expect(ids()).toEqual(['new', 'b', 'a']);
});

test('lets a session go at once even under the pointer', async () => {
  const { column, ids, sessions } = mountColumn('working', true, named('a'), named('b'));
  await column.trigger('pointerenter');
  sessions.value = [named('b')];
  await nextTick();
  expect(ids()).toEqual(['b']);
});

test('shows a few titles of many idle ones, says who has ended, and unfolds on demand', async () => {
  const idle = Array.from({ length: 9 }, (_, index) => named(`idle-${index}`, { status: 'idle', ended: index > 2 }));
  const { column, ids, asked } = mountColumn('idle', false, ...idle);
  expect(ids()).toHaveLength(6);
  expect(column.findAll('.word').map((word) => word.text())).toEqual(['Ended']);
  await column.get('.more').trigger('click');
  expect(ids()).toHaveLength(9);
  await column.get('[data-session="idle-1"]').trigger('click');
  expect(asked).toEqual(['show idle-1']);
});
