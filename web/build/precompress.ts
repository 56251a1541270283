import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

/** Fonts are compressed already. */
const WORTH_IT = /\.(js|css|html|svg|json|webmanifest)$/;

/** Writes `.br` and `.gz` beside each text of the built page: the gateway sends those, and compresses nothing itself. */
export const precompress = (): Plugin => ({
  name: 'crewboard-precompress',
  apply: 'build',
  // After all plugins that still write files of their own.
  writeBundle: {
    order: 'post',
    async handler({ dir = '' }, bundle) {
      const names = Object.keys(bundle).filter((name) => WORTH_IT.test(name));
      await Promise.all(
        names.map(async (name) => {
          const file = join(dir, name);
          const text = await readFile(file);
          await writeFile(`${file}.br`, await promisify(brotliCompress)(text));
          await writeFile(`${file}.gz`, await promisify(gzip)(text, { level: 9 }));
        }),
      );
    },
  },
});
