import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/support/folder.ts';

const script = fileURLToPath(new URL('setup.sh', import.meta.url));
const SERVICES = ['gateway', 'status', 'enricher', 'admin', 'redis'];

/** What it printed. */
const setUp = (folder: string): string => execFileSync('sh', [script, folder], { encoding: 'utf8' });
const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');
const everyFile = (folder: string): Map<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, read(folder, name)]),
  );
const mode = (...path: string[]): string => (statSync(join(...path)).mode & 0o777).toString(8);

describe('the setup of secrets', () => {
  it('makes every secret once, each another, and prints none', () => {
    const folder = temporaryFolder('setup');
    const printed = setUp(folder);
    const made = everyFile(join(folder, 'kept'));
    expect([...made.keys()].sort()).toEqual([
      'admin-password',
      'metrics-token',
      'password',
      'redis-admin-password',
      'redis-backup-password',
      'redis-enricher-password',
      'redis-gateway-password',
      'redis-status-password',
    ]);
    expect(new Set(made.values()).size).toBe(made.size);
    for (const secret of made.values()) {
      expect(secret.trim()).toMatch(/^[\w-]{24}$/);
      expect(printed).not.toContain(secret.trim());
    }

    const before = everyFile(folder);
    expect(setUp(folder)).toContain('nothing');
    expect(everyFile(folder)).toEqual(before);
  });

  it('hands each service its own, and nothing of another', () => {
    const folder = temporaryFolder('setup');
    setUp(folder);
    const kept = everyFile(join(folder, 'kept'));
    for (const service of ['status', 'enricher', 'admin']) {
      const { 'redis-password': password, ...others } = Object.fromEntries(everyFile(join(folder, service)));
      expect(password).toBe(kept.get(`redis-${service}-password`));
      const asks = { 'anthropic-api-key': '', 'github-token': '', 'github-app-private-key': '' };
      expect(others).toEqual(service === 'enricher' ? asks : {});
    }
    const gateway = everyFile(join(folder, 'gateway'));
    expect(gateway.get('redis-password')).toBe(kept.get('redis-gateway-password'));
    expect(gateway.get('password')).toBe(kept.get('password'));
    // Redis knows hashes alone, but for the one that a backup is made with.
    const redis = [...everyFile(join(folder, 'redis')).values()].join('\n');
    for (const [name, secret] of kept) {
      expect(redis.includes(secret.trim()), name).toBe(name === 'redis-backup-password');
    }
  });

  it('keeps the files from whoever need not read them', () => {
    const folder = temporaryFolder('setup');
    setUp(folder);
    expect(mode(folder, 'kept', 'password')).toBe('600');
    expect(mode(folder, 'gateway', 'password')).toBe('400');
    for (const service of SERVICES) expect(mode(folder, service)).toBe('755');
  });

  it('takes what someone put there: a secret of their own, none, and one that was renewed', () => {
    const folder = temporaryFolder('setup');
    mkdirSync(join(folder, 'kept'));
    writeFileSync(join(folder, 'kept', 'password'), '');
    writeFileSync(join(folder, 'kept', 'github-client-secret'), 'from-github\n');
    writeFileSync(join(folder, 'kept', 'github-token'), 'reads-pull-requests\n');
    setUp(folder);
    expect(read(folder, 'enricher', 'github-token').trim()).toBe('reads-pull-requests');
    expect(read(folder, 'gateway', 'github-webhook-secret')).toBe('');
    expect(read(folder, 'gateway', 'password')).toBe('');
    expect(read(folder, 'gateway', 'github-client-secret').trim()).toBe('from-github');
    expect(read(folder, 'gateway', 'viewer-password')).toBe('');

    const users = read(folder, 'redis', 'users.acl');
    writeFileSync(join(folder, 'kept', 'redis-status-password'), 'another-password-of-status');
    setUp(folder);
    expect(read(folder, 'status', 'redis-password')).toBe('another-password-of-status');
    expect(read(folder, 'redis', 'users.acl')).not.toBe(users);
  });

  it('stops at a password of Redis that is too short, and says which', () => {
    const folder = temporaryFolder('setup');
    mkdirSync(join(folder, 'kept'));
    writeFileSync(join(folder, 'kept', 'redis-status-password'), 'short');
    const run = () => execFileSync('sh', [script, folder], { encoding: 'utf8', stdio: 'pipe' });
    expect(run).toThrow(/redis-status-password is shorter/);
  });
});
