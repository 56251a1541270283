import { afterEach, expect, test, vi } from 'vitest';
import { pollWhileVisible } from './poll.ts';

let isVisible = true;
vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => (isVisible ? 'visible' : 'hidden'));
const look = (visible: boolean): void => {
  isVisible = visible;
  document.dispatchEvent(new Event('visibilitychange'));
};
let end = (): void => {};
afterEach(() => {
  end();
  isVisible = true;
});

const poll = (fails: (count: number) => boolean = () => false) => {
  let asked = 0;
  const answers: number[] = [];
  end = pollWhileVisible({
    ask: async () => {
      asked += 1;
      if (fails(asked)) throw new Error('away');
      return asked;
    },
    onAnswer: (answer) => answers.push(answer),
    everyMs: 5,
  });
  return { asked: () => asked, answers };
};

test('asks at once, and again and again', async () => {
  const { answers } = poll();
  await vi.waitFor(() => expect(answers.slice(0, 3)).toEqual([1, 2, 3]));
});

test('asks again after a question that failed', async () => {
  const { answers } = poll((count) => count === 1);
  await vi.waitFor(() => expect(answers.slice(0, 2)).toEqual([2, 3]));
});

test('asks nothing while nobody looks, and at once when somebody does', async () => {
  const { asked, answers } = poll();
  await vi.waitFor(() => expect(answers.length).toBeGreaterThan(0));
  look(false);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const before = asked();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(asked()).toBe(before);
  look(true);
  await vi.waitFor(() => expect(asked()).toBeGreaterThan(before));
});

test('says nothing any more once it has ended', async () => {
  const { answers } = poll();
  await vi.waitFor(() => expect(answers.length).toBeGreaterThan(0));
  end();
  const before = answers.length;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(answers.length).toBe(before);
});
