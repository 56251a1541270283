import type { Command } from '../keys/command.ts';
import { DENSITIES, SCHEMES, type usePreferencesStore } from '../stores/preferences.ts';
import { t } from '../words/index.ts';
import { LANGUAGE_CODES, LANGUAGES } from '../words/languages.ts';

/** The preferences as commands: each value but the one that holds. */
export const settingCommands = (preferences: ReturnType<typeof usePreferencesStore>): Command[] => {
  const setting = (
    id: string,
    told: { title: () => string; value: () => string; isSet: () => boolean; set: () => void },
  ): Command => ({
    id: `setting.${id}`,
    section: 'settings',
    words: () => t('commands.setting', { setting: told.title(), value: told.value() }),
    isPossible: () => !told.isSet(),
    run: told.set,
  });
  const otherDensity = () => DENSITIES.find((density) => density !== preferences.density) ?? DENSITIES[0];
  return [
    {
      id: 'setting.density',
      section: 'settings',
      words: () =>
        t('commands.setting', {
          setting: t('settings.density.title'),
          value: t(`settings.density.${otherDensity()}`),
        }),
      keys: ['d'],
      run: () => {
        preferences.density = otherDensity();
      },
    },
    ...SCHEMES.map((scheme) =>
      setting(`scheme.${scheme}`, {
        title: () => t('settings.scheme.title'),
        value: () => t(`settings.scheme.${scheme}`),
        isSet: () => preferences.scheme === scheme,
        set: () => {
          preferences.scheme = scheme;
        },
      }),
    ),
    ...LANGUAGE_CODES.map((code) =>
      setting(`language.${code}`, {
        title: () => t('settings.language.title'),
        value: () => LANGUAGES[code].name,
        isSet: () => preferences.language === code,
        set: () => {
          preferences.language = code;
        },
      }),
    ),
  ];
};
