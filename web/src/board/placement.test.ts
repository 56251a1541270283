import { expect, test } from 'vitest';
import { beside, widthBeside } from './placement.ts';

const size = { width: 400, height: 300 };
const visible = { left: 0, top: 1_000, width: 1_280, height: 800 };
const card = (left: number, top: number) => ({ left, top, width: 250, height: 160 });

test('stands on the right of a card where there is room, else on its left, at the card’s height', () => {
  expect(beside(card(340, 1_100), size, visible)).toEqual({ left: 598, top: 1_100 });
  expect(beside(card(860, 1_100), size, visible)).toEqual({ left: 452, top: 1_100 });
});

test('stands over a card that has no room beside it, within the page', () => {
  expect(beside(card(300, 1_100), size, { ...visible, width: 700 })).toEqual({ left: 288, top: 1_100 });
});

test('stays in sight above and below', () => {
  expect(beside(card(340, 900), size, visible).top).toBe(1_012);
  expect(beside(card(340, 1_700), size, visible).top).toBe(1_488);
});

test('begins in sight where it is higher than what can be seen', () => {
  expect(beside(card(340, 1_100), { ...size, height: 900 }, visible).top).toBe(1_012);
});

test('is as wide as a card where another would stand beside it, and else as wide as it reads well', () => {
  expect(widthBeside(336, 690)).toBe(336);
  expect(widthBeside(302, 620)).toBe(320);
  expect(widthBeside(520, 1_100)).toBe(400);
  expect(widthBeside(305, 305)).toBe(400);
});
