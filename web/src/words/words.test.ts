import { mount } from '@vue/test-utils';
import { afterEach, expect, test } from 'vitest';
import { computed, h } from 'vue';
import { de } from './de/index.ts';
import { en } from './en/index.ts';
import { d, language, n, speak, t } from './index.ts';
import { regionOf, systemLanguage } from './languages.ts';
import { WordsWith } from './WordsWith.ts';

afterEach(() => speak('en'));

interface Catalogue {
  [key: string]: string | Catalogue;
}
const messages = (part: Catalogue, at = ''): [key: string, message: string][] =>
  Object.entries(part).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${at}${key}`, value] as [string, string]] : messages(value, `${at}${key}.`),
  );
const namesIn = (message: string) => [...new Set(message.match(/\{\w+\}/g))].sort();

test('every catalogue has the keys of the English one, and its messages are told the same', () => {
  const german = Object.fromEntries(messages(de));
  expect(Object.keys(german).sort()).toEqual(
    messages(en)
      .map(([key]) => key)
      .sort(),
  );
  for (const [key, message] of messages(en)) {
    const other = german[key] ?? '';
    expect([key, namesIn(other)]).toEqual([key, namesIn(message)]);
    expect([key, other.split(' | ').length]).toEqual([key, message.split(' | ').length]);
    expect(other.trim(), key).not.toBe('');
  }
});

test('what is computed follows the language, and so does the document', async () => {
  const status = computed(() => t('status.working'));
  expect(status.value).toBe('Working');
  await speak('de');
  expect(status.value).toBe('Arbeitet');
  expect([language.value, document.documentElement.lang, document.documentElement.dir]).toEqual(['de', 'de', 'ltr']);
});

test('numbers pick the plural and are written as the language writes them', async () => {
  expect([t('board.sessions', { n: 0 }), t('board.sessions', { n: 1 })]).toEqual(['0 sessions', '1 session']);
  expect(t('board.sessions', { n: 1_200 })).toBe('1,200 sessions');
  await speak('de');
  expect([t('board.sessions', { n: 1_200 }), n(3.5)]).toEqual(['1.200 Sessions', '3,5']);
  expect(d(Date.UTC(2026, 2, 5), { month: 'long', timeZone: 'UTC' })).toBe('März');
});

test('of two languages that are asked for at once the later one stays', async () => {
  await Promise.all([speak('de'), speak('en')]);
  expect(language.value).toBe('en');
});

test('a browser’s languages choose the page’s, with the region’s way to write', () => {
  expect(systemLanguage(['fr-FR', 'de-AT', 'en-GB'])).toBe('de');
  expect(systemLanguage(['fr'])).toBe('en');
  expect([regionOf('en', ['de-AT', 'en-GB']), regionOf('de', ['en-GB'])]).toEqual(['en-GB', 'de']);
});

test('a part of a message may be more than text', () => {
  const page = mount(() => h(WordsWith, { of: 'board.sessions', n: 2 }, { n: () => h('b', 'two') }));
  expect(page.html()).toMatch(/<b>two<\/b>\s+sessions/);
});
