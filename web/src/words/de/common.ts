import type { common as english } from '../en/common.ts';
import type { Translated } from '../keys.ts';

export const common: Translated<typeof english> = {
  cancel: 'Abbrechen',
  close: 'Schließen',
  copy: 'Kopieren',
  copied: 'Kopiert',
};
