import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { favicons } from './build/favicons.ts';
import { precompress } from './build/precompress.ts';
import { serviceWorker } from './build/service-worker.ts';
import { slimVueForI18n } from './build/slim-vue-for-i18n.ts';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [slimVueForI18n(), vue(), favicons(), serviceWorker(), precompress()],
  // What of vue-i18n the page does not use stays out of it.
  define: { __VUE_I18N_FULL_INSTALL__: false, __VUE_I18N_LEGACY_API__: false, __INTLIFY_PROD_DEVTOOLS__: false },
  build: {
    outDir: '../cli/dist/web',
    emptyOutDir: true,
    // What the styles need: light-dark(), color-mix(), content-visibility.
    target: ['chrome123', 'edge123', 'firefox125', 'safari18'],
    // The gateway's content security policy allows no data: fonts or images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Whichever part of the page makes a schema first: zod has been told before what the policy forbids.
        codeSplitting: {
          groups: [
            { name: 'zod', test: /node_modules\/zod\/|src\/feed\/csp/, priority: 2 },
            // The rest of the first load in one: thirty small files are larger than one, compressed.
            { name: 'board', tags: ['$initial'], priority: 1 },
          ],
        },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: 'http://127.0.0.1:4400', ws: true } },
  },
});
