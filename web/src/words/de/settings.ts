import type { settings as english } from '../en/settings.ts';
import type { Translated } from '../keys.ts';

export const settings: Translated<typeof english> = {
  title: 'Einstellungen',
  scheme: {
    title: 'Farben',
    system: 'System',
    light: 'Hell',
    dark: 'Dunkel',
    contrast: 'Kontrast',
  },
  density: {
    title: 'Dichte',
    comfortable: 'Luftig',
    dense: 'Dicht',
  },
  language: {
    title: 'Sprache',
    system: 'System',
  },
  editor: {
    title: 'Editor, in dem Links öffnen',
    none: 'Keiner',
  },
  singleKeys: 'Tasten aus einem einzelnen Zeichen',
  singleKeysWhy:
    'Ausschalten, wenn Spracheingabe oder ein Fehlgriff sie auslöst. Die anderen und alle Befehle bleiben.',
};
