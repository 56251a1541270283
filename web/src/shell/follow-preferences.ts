import { useMediaQuery } from '@vueuse/core';
import { watch, watchEffect } from 'vue';
import { usePreferencesStore } from '../stores/preferences.ts';
import { speak } from '../words/index.ts';
import { systemLanguage } from '../words/languages.ts';

/**
 * Makes the document look and speak as the person wants it, now and at each change. Settles when it speaks their
 * language, or can't: then it speaks English.
 */
export const followPreferences = async (): Promise<void> => {
  const preferences = usePreferencesStore();
  const { dataset } = document.documentElement;
  const systemWantsContrast = useMediaQuery('(prefers-contrast: more)');
  watchEffect(() => {
    const { scheme } = preferences;
    // High contrast is light or dark as the system is.
    dataset.scheme = scheme === 'contrast' ? 'system' : scheme;
    dataset.contrast = scheme === 'contrast' || systemWantsContrast.value ? 'more' : 'normal';
    dataset.density = preferences.density;
  });
  const speakTheirs = async (): Promise<void> => {
    const { language } = preferences;
    await speak(language === 'system' ? systemLanguage() : language).catch(() => {});
  };
  watch(() => preferences.language, speakTheirs);
  await speakTheirs();
};
