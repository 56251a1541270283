// Bundles the command, the services and the web page into cli/dist.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as bundle } from 'rolldown';
import { build as buildWeb } from 'vite';
import { dist, root, stampFile, stampOfSources } from './sources.mjs';

/** lmdb finds its binary, pino its worker and jsonc-parser its parts beside their own files. All else is bundled: it starts sooner. */
const OUTSIDE = /^(lmdb|pino|jsonc-parser)$/;
const isFromOutside = (id) => OUTSIDE.test(id);

// Taken before the sources are read: an edit during the build makes the next start build again.
const stamp = stampOfSources();
rmSync(dist, { recursive: true, force: true });

await bundle({
  cwd: root,
  input: {
    crewboard: 'cli/src/main.ts',
    'agent-thread': 'cli/src/agent-thread/worker.ts',
    'services/ingest': 'services/ingest/src/main.ts',
    'services/status': 'services/status/src/main.ts',
    'services/enricher': 'services/enricher/src/main.ts',
    'services/gateway': 'services/gateway/src/main.ts',
  },
  platform: 'node',
  external: isFromOutside,
  logLevel: 'warn',
  // No module is imported for what it does while it loads: a thread or service loads only what it uses.
  treeshake: { moduleSideEffects: false },
  output: {
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].js',
    // Beside the command: what a chunk finds relative to itself (./web), it finds wherever it was put.
    chunkFileNames: '[name]-[hash].js',
  },
});

await buildWeb({
  root: join(root, 'web'),
  logLevel: 'warn',
  build: { outDir: join(dist, 'web'), emptyOutDir: true },
});

writeFileSync(stampFile, stamp);
