import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger } from '@crewboard/runtime';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { openRotatedFile } from './rotated-file.ts';

const open = (path: string) =>
  openRotatedFile(path, {
    maxBytes: 10,
    logger: createLogger({ name: 'test', level: 'silent' }),
    onFailure: 'it cannot be written',
  });

it('keeps texts in their order, for this account only, and begins anew at its size', async () => {
  const path = join(temporaryFolder('rotated'), 'notes');
  const file = open(path);
  for (const text of ['one\n', 'two\n']) {
    file.append(text);
    await file.close();
  }
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  file.append('three\n');
  await file.close();
  expect(readFileSync(path, 'utf8')).toBe('three\n');
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('one\ntwo\n');
});

it('keeps the last of too much, each text whole', async () => {
  const path = join(temporaryFolder('rotated'), 'notes');
  const file = open(path);
  file.append('begun\n');
  for (const text of ['one\n', 'two\n', 'three\n']) file.append(text);
  await file.close();
  expect(readFileSync(path, 'utf8')).toBe('two\nthree\n');
  file.append('longer than it may be\n');
  await file.close();
  expect(readFileSync(path, 'utf8')).toBe('longer than it may be\n');
});

it('goes on after what it could not write', async () => {
  const file = open(join(temporaryFolder('rotated'), 'nowhere', 'notes'));
  file.append('lost\n');
  await file.close();
  expect(file.waiting).toBe(0);
});
