import type { Catalogue } from './keys.ts';

interface Language {
  /** As its speakers call it. */
  name: string;
  direction: 'ltr' | 'rtl';
  /** Null for the one that is always there. */
  load: (() => Promise<Catalogue>) | null;
}

export const LANGUAGES = {
  en: { name: 'English', direction: 'ltr', load: null },
  de: { name: 'Deutsch', direction: 'ltr', load: async () => (await import('./de/index.ts')).de },
} as const satisfies Record<string, Language>;

export type LanguageCode = keyof typeof LANGUAGES;
export const LANGUAGE_CODES = ['en', 'de'] as const satisfies readonly LanguageCode[];

/** The browser's languages, the dearest first. Empty where there is no browser. */
const browserLanguages = (): readonly string[] => globalThis.navigator?.languages ?? [];

const languageOf = (tag: string): LanguageCode | undefined =>
  LANGUAGE_CODES.find((code) => tag.toLowerCase().split('-')[0] === code);

/** The first of the browser's languages that the page speaks, or else English. */
export const systemLanguage = (tags = browserLanguages()): LanguageCode =>
  tags.map(languageOf).find((code) => code !== undefined) ?? 'en';

/** How to write dates and numbers: as the browser's own region does where it speaks the language, `en-GB`. */
export const regionOf = (language: LanguageCode, tags = browserLanguages()): string =>
  tags.find((tag) => languageOf(tag) === language) ?? language;
