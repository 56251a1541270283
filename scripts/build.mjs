// Bundles the command, the services and the web page into cli/dist.
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { build as bundle } from 'rolldown';
import { build as buildWeb } from 'vite';
import { licencesOf } from './licences.mjs';
import { dist, root, stampFile, stampOfSources } from './sources.mjs';

/**
 * What the package names as dependencies is installed beside it: lmdb finds its binary and jsonc-parser its parts beside their own
 * files. All else is bundled: it starts sooner, and nothing of the repository need be there.
 */
const { dependencies } = JSON.parse(readFileSync(join(root, 'cli', 'package.json'), 'utf8'));
const isFromOutside = (id) => Object.hasOwn(dependencies, id);

/**
 * What our libraries require and these programs never call: compilers of JSON Schema (requests are parsed with zod), requests and sockets
 * without a network (for tests), listing files, HTTP/2. Of what a board reads at its start it would be a third.
 */
const NEVER_CALLED = Object.entries({
  fastify: ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request', 'node:http2'],
  '@fastify/static': ['glob'],
  '@fastify/websocket': ['duplexify'],
});
/** Others may well call the same. */
const isNeverCalled = (id, importer = '') =>
  NEVER_CALLED.some(
    ([library, required]) => required.includes(id) && importer.includes(join('node_modules', library, sep)),
  );

const LEFT_OUT = '\0left-out';
const leftOut = {
  name: 'left-out',
  resolveId: (id, importer) => (isNeverCalled(id, importer) ? LEFT_OUT : undefined),
  load: (id) =>
    id === LEFT_OUT
      ? `const leftOut = () => { throw new Error('this is no part of the build: see scripts/build.mjs'); };
         module.exports = new Proxy(leftOut, { get: () => leftOut });`
      : undefined,
};

// Taken before the sources are read: an edit during the build makes the next start build again.
const stamp = stampOfSources();
rmSync(dist, { recursive: true, force: true });

const programs = await bundle({
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
  plugins: [leftOut],
  logLevel: 'warn',
  // No module is imported for what it does while it loads: a thread or service loads only what it uses.
  treeshake: { moduleSideEffects: false },
  output: {
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].js',
    // Beside the command: what a chunk finds relative to itself (./web), it finds wherever it was put.
    chunkFileNames: '[name]-[hash].js',
    // What is read at every start: half the text is half the time. Names stay, for whoever reads a stack.
    minify: { compress: { keepNames: { function: true, class: true } }, mangle: false },
  },
});

const page = await buildWeb({
  root: join(root, 'web'),
  logLevel: 'warn',
  build: { outDir: join(dist, 'web'), emptyOutDir: true },
});

const sources = [...programs.output, ...page.output].flatMap(({ moduleIds = [], originalFileNames = [] }) => [
  ...moduleIds,
  // Fonts and the like, told from the page's folder.
  ...originalFileNames.map((name) => resolve(root, 'web', name)),
]);
writeFileSync(join(dist, 'THIRD-PARTY-LICENCES.txt'), licencesOf(sources));
// npm puts a licence into a package only from the package's own folder.
copyFileSync(join(root, 'LICENSE'), join(root, 'cli', 'LICENSE'));

writeFileSync(stampFile, stamp);
