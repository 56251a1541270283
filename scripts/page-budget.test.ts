import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

const web = fileURLToPath(new URL('../web', import.meta.url));

/** What a person waits for before the board can be drawn. */
const BUDGET_BYTES = 150_000;

// Vue and others look at it: this is the page as it is shipped.
beforeAll(() => {
  vi.stubEnv('NODE_ENV', 'production');
});
afterAll(() => {
  vi.unstubAllEnvs();
});

test('the first load is at most 150 kB of JavaScript, gzipped', async () => {
  const built = await build({ root: web, logLevel: 'error', build: { write: false } });
  const { output } = built as Rolldown.RolldownOutput;
  const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])));
  const page = output.find(({ fileName }) => fileName === 'index.html');
  const html = page?.type === 'asset' ? String(page.source) : '';
  /** What the page names, and all that this imports before it can run. */
  const first = new Set([...chunks.values()].filter(({ fileName }) => html.includes(fileName)));
  for (const { imports } of first) {
    for (const name of imports) {
      const chunk = chunks.get(name);
      if (chunk) first.add(chunk);
    }
  }
  const sizes = Array.from(first, ({ fileName, code }) => ({ fileName, bytes: gzipSync(code, { level: 9 }).length }));
  const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0);
  const lazy = [...chunks.keys()].filter((name) => !sizes.some(({ fileName }) => fileName === name));
  console.log(`first load: ${(bytes / 1_000).toFixed(1)} kB of JavaScript, gzipped; later: ${lazy.join(', ')}`);
  expect(first.size).toBeGreaterThan(0);
  expect(lazy.length).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(BUDGET_BYTES);
}, 60_000);
