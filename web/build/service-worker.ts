import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const source = fileURLToPath(new URL('worker.js', import.meta.url));

/** Writes `/worker.js`, which keeps all that this build made: its version is another as soon as one of the files is. */
export const serviceWorker = (): Plugin => ({
  name: 'crewboard-service-worker',
  apply: 'build',
  generateBundle: {
    // After the page itself is among the files.
    order: 'post',
    async handler(_options, bundle) {
      const assets = Object.keys(bundle).filter((name) => name.startsWith('assets/'));
      const shell = ['/', '/favicon.svg', ...assets.map((name) => `/${name}`).sort()];
      const page = bundle['index.html'];
      const hash = createHash('sha256').update(shell.join('\n'));
      if (page?.type === 'asset') hash.update(page.source);
      const text = await readFile(source, 'utf8');
      this.emitFile({
        type: 'asset',
        fileName: 'worker.js',
        source: text
          .replace('__VERSION__', hash.digest('hex').slice(0, 12))
          .replace("'__SHELL__'", JSON.stringify(shell)),
      });
    },
  },
});
