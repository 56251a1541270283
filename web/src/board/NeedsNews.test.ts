import type { Session } from '@crewboard/contract';
import { aSession } from '@crewboard/contract/testing';
import { mount } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import NeedsNews from './NeedsNews.vue';
import { toQueue } from './needs.ts';
import { anAsk, asking } from './testing.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const needing = (sessionId: string, overrides: Partial<Session> = {}): Session =>
  aSession({ sessionId, ...asking(anAsk({ id: `ask of ${sessionId}` })), ...overrides });
const split = needing('split', { title: 'Split the gateway', owner: 'Lena Berg' });

const mountNews = (...sessions: Session[]) => {
  const page = mount(NeedsNews, { props: { needs: toQueue(sessions), isKnown: true } });
  const become = (...now: Session[]) => page.setProps({ needs: toQueue(now) });
  const said = async (afterMs = 3_000): Promise<string> => {
    await vi.advanceTimersByTimeAsync(afterMs);
    return page.text();
  };
  return { page, become, said };
};

test('says who came to need a person and what for, and nothing of those who did before', async () => {
  const { become, said } = mountNews(needing('a'));
  expect(await said()).toBe('');
  await become(needing('a'), split);
  expect(await said()).toBe('Lena: Split the gateway needs approval: Bash');
  const question = anAsk({ id: 'other', kind: 'question', tool: 'AskUserQuestion' });
  await become(needing('a'), { ...split, ...asking(question), owner: null });
  expect(await said()).toBe('Split the gateway needs a person: Question');
});

test('a burst is one sentence, and whoever had their answer by then is not in it', async () => {
  const { become, said } = mountNews();
  await become(needing('a'));
  expect(await said(1_000)).toBe('');
  await become(needing('a'), needing('b'), split);
  await become(needing('b'), split);
  expect(await said(2_000)).toBe('2 sessions need a person');
  await become();
  expect(await said()).toBe('2 sessions need a person');
});

test('a board that is told anew brings no news', async () => {
  const { page, become, said } = mountNews();
  await page.setProps({ isKnown: false });
  await page.setProps({ isKnown: true, needs: toQueue([split]) });
  expect(await said()).toBe('');
  await become(split, needing('a'));
  expect(await said()).not.toBe('');
});
