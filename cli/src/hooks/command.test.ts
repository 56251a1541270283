import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spoolFolder } from '@crewboard/ingest/hook-settings';
import { afterEach, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { clientVersion } from './client-version.ts';
import { install, remove, status } from './command.ts';
import { obstacleTo } from './policy.ts';
import { MAX_WAITING } from './script.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A machine with these files in its claude folder, and a client of this version on its PATH. */
const machine = (settings?: object, version?: string) => {
  const root = temporaryFolder('hooks');
  const claudeDir = join(root, 'claude');
  const dataDir = join(root, 'data');
  const bin = join(root, 'bin');
  for (const folder of [claudeDir, bin, join(claudeDir, 'sessions')]) mkdirSync(folder);
  if (settings) writeFileSync(join(claudeDir, 'settings.json'), JSON.stringify(settings));
  if (version) {
    writeFileSync(join(bin, 'claude'), `#!/bin/sh\necho '${version} (Claude Code)'\n`, { mode: 0o755 });
  }
  const env = { CLAUDE_CONFIG_DIR: claudeDir, CREWBOARD_DATA_DIR: dataDir, PATH: bin };
  return { root, claudeDir, dataDir, env };
};

/** What a command prints. */
const printed = async (work: () => Promise<void>): Promise<string> => {
  const lines: unknown[] = [];
  vi.spyOn(console, 'log').mockImplementation((line) => lines.push(line));
  await work();
  vi.restoreAllMocks();
  return lines.join('\n');
};

const presence = (claudeDir: string, pid: number, version: string, at: number): void => {
  const path = join(claudeDir, 'sessions', `${pid}.json`);
  writeFileSync(path, JSON.stringify({ pid, version }));
  utimesSync(path, at, at);
};

test('hooks are installed for the client on the PATH, shown and removed', async () => {
  const { env, claudeDir } = machine(undefined, '2.1.80');
  expect(await printed(() => status(env, {}))).toMatch(/not installed/);
  const first = await printed(() => install(env, {}));
  expect(first).toMatch(/Installed: hooks for 16 events .*2\.1\.80/);
  expect(first).toMatch(/PermissionDenied \(2\.1\.89\)/);
  expect(await printed(() => install(env, {}))).toMatch(/Nothing was changed/);
  expect(await printed(() => status(env, {}))).toMatch(/installed for 16 of 17 events/);
  expect(await printed(() => remove(env, {}))).toMatch(/is gone again/);
  expect(existsSync(join(claudeDir, 'settings.json'))).toBe(false);
  expect(await printed(() => remove(env, {}))).toMatch(/no hooks of ours/);
});

test('a project’s settings and those that are not shared are places of their own', async () => {
  const { env, root } = machine(undefined, '2.1.330');
  const project = join(root, 'project');
  await expect(install(env, { project })).rejects.toThrow(/no folder/);
  mkdirSync(project);
  expect(await printed(() => install(env, { project }))).toMatch(/shared through git/);
  expect(await printed(() => install(env, { project, local: true }))).not.toMatch(/shared through git/);
  const shown = await printed(() => status(env, {}));
  expect(shown).toMatch(/^project .*settings\.json: installed/m);
  expect(shown).toMatch(/^local .*settings\.local\.json: installed/m);
  await printed(() => remove(env, { project }));
  await printed(() => remove(env, { project, local: true }));
  expect(existsSync(join(project, '.claude'))).toBe(false);
});

test('what is in the spool is shown', async () => {
  const { env, dataDir } = machine(undefined, '2.1.330');
  await printed(() => install(env, {}));
  expect(await printed(() => status(env, {}))).toMatch(/nothing heard yet; nothing waits/);
  writeFileSync(join(spoolFolder(dataDir), '1.json'), '{}');
  expect(await printed(() => status(env, {}))).toMatch(/last heard \d s ago; 1 payloads wait/);
  for (let index = 0; index < MAX_WAITING; index++) writeFileSync(join(spoolFolder(dataDir), `x${index}`), '');
  expect(await printed(() => status(env, {}))).toMatch(/full/);
  const told = JSON.parse(await printed(() => status(env, { json: true })));
  expect(told).toMatchObject({
    places: [{ scope: 'user', installed: 'yes' }],
    obstacle: null,
    spool: { isPrivate: true },
  });
});

test('nothing is installed where hooks are switched off, or the client is unknown or too old', async () => {
  const off = machine({ disableAllHooks: true }, '2.1.330');
  await expect(install(off.env, {})).rejects.toThrow(/disableAllHooks/);
  expect(readFileSync(join(off.claudeDir, 'settings.json'), 'utf8')).toBe('{"disableAllHooks":true}');
  expect(existsSync(off.dataDir)).toBe(false);
  await expect(install(machine().env, {})).rejects.toThrow(/--client-version/);
  await expect(install(machine(undefined, '2.0.3').env, {})).rejects.toThrow(/too old/);
  await expect(install(machine().env, { clientVersion: 'newest' })).rejects.toThrow(/no version/);
});

test('settings that cannot be read are named, with what is wrong', async () => {
  const { env, claudeDir } = machine(undefined, '2.1.330');
  writeFileSync(join(claudeDir, 'settings.json'), '{ // mine\n}');
  await expect(install(env, {})).rejects.toThrow(/settings\.json was left alone: it is not plain JSON/);
  await expect(remove(env, {})).rejects.toThrow(/settings\.json was left alone/);
  expect(await printed(() => status(env, {}))).toMatch(/cannot be read as JSON/);
});

test('an organisation’s rules are seen wherever they stand', async () => {
  const { root, claudeDir } = machine();
  const managed = join(root, 'managed');
  const rule = (path: string, settings: object): void => writeFileSync(path, JSON.stringify(settings));
  mkdirSync(join(managed, 'managed-settings.d'), { recursive: true });
  const look = () => obstacleTo([join(claudeDir, 'settings.json')], { claudeDir, managed });
  expect(await look()).toBeUndefined();
  rule(join(managed, 'managed-settings.json'), { allowManagedHooksOnly: false });
  writeFileSync(join(managed, 'managed-settings.d', '1.json'), 'not JSON');
  expect(await look()).toBeUndefined();
  rule(join(claudeDir, 'remote-settings.json'), { disableAllHooks: true });
  expect(await look()).toMatchObject({ setting: 'disableAllHooks' });
  rule(join(managed, 'managed-settings.d', '2.json'), { allowManagedHooksOnly: true });
  expect(await look()).toMatchObject({
    setting: 'allowManagedHooksOnly',
    path: join(managed, 'managed-settings.d', '2.json'),
  });
});

test('the version is what was said, else the installed client’s, else the newest seen', async () => {
  const { env, claudeDir } = machine();
  expect(await clientVersion(claudeDir, { env })).toBeUndefined();
  presence(claudeDir, 7, '2.1.200', 2_000);
  presence(claudeDir, 8, '2.1.300', 1_000);
  writeFileSync(join(claudeDir, 'sessions', '9.json'), '{"pid":9,"vers');
  expect(await clientVersion(claudeDir, { env })).toEqual({ version: '2.1.200', from: 'presence' });
  expect(await clientVersion(claudeDir, { said: 'v2.1.90', env })).toEqual({ version: '2.1.90', from: 'option' });
  const installed = machine(undefined, '2.1.330');
  presence(installed.claudeDir, 7, '2.1.200', 2_000);
  expect(await clientVersion(installed.claudeDir, { env: installed.env })).toEqual({
    version: '2.1.330',
    from: 'path',
  });
});
