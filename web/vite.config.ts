import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { precompress } from './build/precompress.ts';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [vue(), precompress()],
  build: {
    outDir: '../cli/dist/web',
    emptyOutDir: true,
    // What the styles need: light-dark(), color-mix(), content-visibility.
    target: ['chrome123', 'edge123', 'firefox125', 'safari18'],
    // The gateway's content security policy allows no data: fonts or images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: 'http://127.0.0.1:4400', ws: true } },
  },
});
