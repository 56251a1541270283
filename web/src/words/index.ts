import { computed } from 'vue';
import { createI18n } from 'vue-i18n';
import { en } from './en/index.ts';
import type { Catalogue, Told, Values, WordKey } from './keys.ts';
import { LANGUAGES, type LanguageCode, regionOf } from './languages.ts';

const messages: Partial<Record<LanguageCode, Catalogue>> = { en };
const { global: composer } = createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages });

/** The language that the page speaks now. */
export const language = computed(() => composer.locale.value);
const region = computed(() => regionOf(language.value));

/**
 * A message in the language of the page; in a template or a computed value it follows the language. Numbers are written
 * as the region writes them, and `n` picks the plural.
 */
export const t = <Key extends WordKey>(key: Key, ...[values]: Values<Key>): string => {
  const { texts } = known.value;
  const asked = values === undefined ? key : `${key} ${JSON.stringify(values)}`;
  const text = texts.get(asked) ?? write(key, values ?? {});
  if (texts.size >= MOST_KNOWN) texts.clear();
  texts.set(asked, text);
  return text;
};

/** A message with the same values is the same each time, and dear: on a board of many ages and counts it is written once in each language. */
const known = computed(() => ({ language: language.value, texts: new Map<string, string>() }));
const MOST_KNOWN = 2_000;

const write = (key: WordKey, told: Told): string => {
  const written = Object.entries(told).map(([name, value]) => [name, typeof value === 'number' ? n(value) : value]);
  return say(key, Object.fromEntries(written), typeof told.n === 'number' ? told.n : undefined);
};

/** The same for a key that is known only when it runs: nothing checks what it is told. */
export const say = (key: WordKey, told: Told, plural?: number): string =>
  composer.t(key, told, plural === undefined ? {} : { plural });

/** A number as the region writes it: 1,200 or 1.200. */
export const n = (value: number, options?: Intl.NumberFormatOptions): string =>
  numberFormat(region.value, options).format(value);

/** A moment (ms since 1970, or a date) as the region writes it. */
export const d = (at: number | Date, options?: Intl.DateTimeFormatOptions): string =>
  dateFormat(region.value, options).format(at);

/**
 * Makes the page speak a language, as soon as its words are here. One that can't be loaded leaves the page as it was;
 * of two that were asked for the later one wins.
 */
export const speak = async (code: LanguageCode): Promise<void> => {
  asked = code;
  const { load, direction } = LANGUAGES[code];
  if (load && !composer.availableLocales.includes(code)) {
    composer.setLocaleMessage(code, await load());
  }
  if (asked !== code) return;
  composer.locale.value = code;
  document.documentElement.lang = code;
  document.documentElement.dir = direction;
};
let asked: LanguageCode = 'en';

/** Making a format takes a hundred times as long as using it. */
const kept = <Options, Format>(make: (tag: string, options?: Options) => Format) => {
  const formats = new Map<string, Format>();
  return (tag: string, options?: Options): Format => {
    const key = `${tag} ${JSON.stringify(options)}`;
    const format = formats.get(key) ?? make(tag, options);
    formats.set(key, format);
    return format;
  };
};
const numberFormat = kept((tag: string, options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(tag, options));
const dateFormat = kept((tag: string, options?: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, options));
