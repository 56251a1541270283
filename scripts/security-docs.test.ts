import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test('every test that the threat model names is there', () => {
  const named = [...read('docs/security.md').matchAll(/`([\w./-]+\/[\w./-]+\.ts)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('every row of the threat model names one', () => {
  const rows = read('docs/security.md')
    .split('\n')
    .filter((line) => /^\|.*\| [STRIDE] \|/.test(line));
  expect(rows.length).toBeGreaterThan(25);
  expect(rows.filter((row) => !row.includes('.ts`'))).toEqual([]);
});

test.each(['Dockerfile', 'docker-compose.yml'])('every image of %s names its line of releases', (path) => {
  const images = [...read(path).matchAll(/(?:image: |NODE_IMAGE=)([\w./-]+:[\w.-]+)$/gm)].map(
    ([, image = '']) => image,
  );
  expect(images.length).toBeGreaterThan(0);
  for (const image of images) expect(image).toMatch(/:\d+/);
});
