import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import { nextTick } from 'vue';
import { parsePreferences, usePreferencesStore } from './preferences.ts';

const KEY = 'crewboard-preferences';
beforeEach(() => {
  localStorage.clear();
  setActivePinia(createPinia());
});

test('keeps what was chosen in this browser', async () => {
  usePreferencesStore().scheme = 'dark';
  await nextTick();
  setActivePinia(createPinia());
  expect(usePreferencesStore().scheme).toBe('dark');
});

test('what another tab chose holds here too', async () => {
  const preferences = usePreferencesStore();
  const newValue = JSON.stringify({ density: 'dense' });
  window.dispatchEvent(new StorageEvent('storage', { key: KEY, newValue, storageArea: localStorage }));
  await nextTick();
  expect(preferences.density).toBe('dense');
});

test.each(['', 'null', '[]', '"dark"', '{', '{"scheme":{"$":1},"language":"xx"}'])(
  'takes %s for nothing chosen',
  (text) => {
    expect(parsePreferences(text)).toEqual(parsePreferences('{}'));
    expect(parsePreferences(text)).toMatchObject({ language: 'system', scheme: 'system', singleKeys: true });
  },
);

test('one that can’t be read leaves the others alone', () => {
  expect(parsePreferences('{"scheme":"pink","language":"de"}')).toMatchObject({ scheme: 'system', language: 'de' });
});
