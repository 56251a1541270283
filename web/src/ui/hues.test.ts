import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { defineComponent, h, nextTick, shallowRef } from 'vue';
import { hueOf, huesOf, provideHues } from './hues.ts';
import NameAvatar from './NameAvatar.vue';

const team = ['Lena Berg', 'Mika Korhonen', 'Jonas Sá', 'Amira Rahman', 'Tove Nyström'];
const many = Array.from({ length: 40 }, (_, n) => `Person ${n}`);

test('gives a name the same hue every time', () => {
  expect(hueOf('Lena Berg')).toBe(hueOf('Lena Berg'));
  expect(hueOf('')).toBeGreaterThanOrEqual(0);
});

test('gives everyone another hue, as far as there are any, in whichever order they come', () => {
  const fifteen = many.slice(0, 15);
  expect(new Set(fifteen.map(hueOf)).size).toBeLessThan(15);
  const hues = huesOf(fifteen);
  expect(new Set(hues.values()).size).toBe(15);
  expect(huesOf([...fifteen, ...fifteen].reverse())).toEqual(hues);
  const all = huesOf(many);
  expect([...all.keys()].sort()).toEqual([...many].sort());
  expect(new Set(all.values()).size).toBe(15);
});

/** Degrees between two hues, 0 to 180. */
const apart = (a: number, b: number): number => Math.min(Math.abs(a - b), 360 - Math.abs(a - b));

test('gives few people hues that nobody takes for one another', () => {
  for (let from = 0; from + 5 <= many.length; from++) {
    const hues = [...huesOf(many.slice(from, from + 5)).values()];
    for (const [n, one] of hues.entries())
      for (const other of hues.slice(n + 1)) expect(apart(one, other)).toBeGreaterThanOrEqual(35);
  }
});

test('whoever has a hue of their own keeps it, whoever comes along that wants none like it', () => {
  const four = team.slice(0, 4);
  const own = four.filter((name) => huesOf(four).get(name) === hueOf(name));
  expect(own.length).toBeGreaterThan(1);
  const newcomers = many.filter((newcomer) => four.every((name) => apart(hueOf(name), hueOf(newcomer)) > 62));
  expect(newcomers.length).toBeGreaterThan(0);
  for (const newcomer of newcomers) {
    const hues = huesOf([...four, newcomer]);
    for (const name of own) expect(hues.get(name)).toBe(hueOf(name));
  }
});

test('avatars of two people whose names come to the same hue differ on a page that knows both', async () => {
  const [one, other] = many.flatMap((name, n) => {
    const twin = many.slice(n + 1).find((another) => hueOf(another) === hueOf(name));
    return twin ? [name, twin] : [];
  });
  if (!one || !other) throw new Error('no two names have the same hue');
  const known = shallowRef<string[]>([]);
  const page = mount(
    defineComponent({
      setup() {
        provideHues(() => known.value);
        return () => [one, other].map((name) => h(NameAvatar, { name }));
      },
    }),
  );
  const colours = (): (string | undefined)[] => page.findAll('.avatar').map((avatar) => avatar.attributes('style'));
  expect(new Set(colours()).size).toBe(1);
  known.value = [one, other];
  await nextTick();
  expect(new Set(colours()).size).toBe(2);
  page.unmount();
});
