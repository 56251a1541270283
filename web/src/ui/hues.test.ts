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

test('whoever has a hue of their own keeps it, whoever comes along', () => {
  const own = team.filter((name) => huesOf(team).get(name) === hueOf(name));
  expect(own.length).toBeGreaterThan(3);
  for (const newcomer of many) {
    if (team.some((name) => hueOf(name) === hueOf(newcomer))) continue;
    const hues = huesOf([...team, newcomer]);
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
