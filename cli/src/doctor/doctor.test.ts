import { chmodSync, mkdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { MACHINE_REPORT_MS, type MachineReport } from '@crewboard/contract';
import { openEmbeddedLog } from '@crewboard/event-log';
import { credentialsPath, saveCredentials } from '@crewboard/ingest';
import { hookCommand, spoolFolder } from '@crewboard/ingest/hook-settings';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { IDENTITY, startStubBoard, TOKEN } from '../../../services/ingest/test/stub-board.ts';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { version } from '../../package.json' with { type: 'json' };
import { groupsFor, installHooks } from '../hooks/install.ts';
import { MAX_WAITING } from '../hooks/script.ts';
import type { Check } from './check.ts';
import { checkNode } from './client.ts';
import { doctor, examine } from './command.ts';

const NOW = Date.UTC(2026, 10, 23, 12);

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

/** A fresh machine: nothing of Claude Code and nothing of ours. No board listens on its port. */
const machine = () => {
  const root = temporaryFolder('doctor');
  const [claudeDir, dataDir, bin] = [join(root, 'claude'), join(root, 'data'), join(root, 'bin')];
  mkdirSync(bin);
  const env: NodeJS.ProcessEnv = { CLAUDE_CONFIG_DIR: claudeDir, CREWBOARD_DATA_DIR: dataDir, PATH: bin, PORT: '1' };
  return {
    claudeDir,
    dataDir,
    env,
    look: (more: NodeJS.ProcessEnv = {}) => examine({ ...env, ...more }, NOW),
    /** Claude Code was used here, and runs. */
    use(version = '2.1.330', saidAt = NOW - 2_000) {
      mkdirSync(join(claudeDir, 'projects'), { recursive: true });
      mkdirSync(join(claudeDir, 'sessions'), { recursive: true });
      writeFileSync(join(bin, 'claude'), `#!/bin/sh\necho '${version} (Claude Code)'\n`, { mode: 0o755 });
      const presence = { pid: 77, sessionId: 's', version, status: 'busy', statusUpdatedAt: saidAt };
      writeFileSync(join(claudeDir, 'sessions', '77.json'), JSON.stringify(presence));
      writeFileSync(join(claudeDir, 'sessions', '77.abcdef.key'), 'secret');
      chmodSync(join(claudeDir, 'sessions', '77.abcdef.key'), 0o000);
    },
    async installHooks() {
      const context = { dataDir, variant: 'sh' as const, now: NOW };
      await installHooks(join(claudeDir, 'settings.json'), groupsFor('2.1.330', context), context);
    },
    hear(name: string, at: number) {
      const path = join(spoolFolder(dataDir), name);
      writeFileSync(path, '{}');
      utimesSync(path, at / 1000, at / 1000);
    },
    report(more: Partial<MachineReport> = {}) {
      mkdirSync(join(dataDir, 'agent'), { recursive: true });
      writeFileSync(join(dataDir, 'agent', 'report.json'), JSON.stringify({ ...REPORT, ...more }));
    },
  };
};

const REPORT: MachineReport = {
  machine: 'devbox',
  owner: 'Mara',
  agentVersion: '0.2.0',
  platform: 'linux',
  startedAt: NOW - 3_600_000,
  at: NOW - 4_000,
  clockSkewMs: 120,
  hooks: { installed: 'yes', heardAt: NOW - 3_000, heard: 12, unreadable: 0, waiting: 0 },
  presence: { isKept: true, live: 1, unreadable: 0 },
  transcripts: { files: 8, backlogBytes: 0, lastReadAt: NOW - 3_000 },
  queuedEvents: 0,
  deadLetters: 0,
  unknown: { entryTypes: {}, hookNames: {}, presenceStatuses: {} },
  clientVersions: { '2.1.330': 1 },
};

const verdicts = (checks: readonly Check[]) => Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));
const named = (checks: readonly Check[], name: string) => checks.find((check) => check.name === name);

test('a fresh machine is told what to do, with nothing there', async () => {
  const checks = await machine().look();
  expect(verdicts(checks)).toEqual({
    'Node.js': 'ok',
    'Claude folder': 'warn',
    'Claude Code': 'warn',
    Presence: 'ok',
    Hooks: 'ok',
    Spool: 'ok',
    Agent: 'fault',
    Board: 'warn',
  });
  for (const { verdict, advice } of checks) expect(advice !== undefined).toBe(verdict !== 'ok');
});

test('a machine where all is well has only good news', async () => {
  const { use, installHooks, report, look } = machine();
  use();
  await installHooks();
  report();
  const board = await startStubBoard({ boardVersion: version });
  const checks = await look({ CREWBOARD_URL: board.url, CREWBOARD_TOKEN: TOKEN });
  expect(checks.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
  expect(checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'Transcripts',
      'Sending',
      'Unreadable',
      'Unknown',
      'Joined',
      'Board',
      'Token',
      'Versions',
      'Clock',
    ]),
  );
  expect(named(checks, 'Hooks')?.found).toMatch(/last heard 3 s ago/);
});

test('a store that nobody can open any more is named, with the way out', async () => {
  const { look, dataDir } = machine();
  const store = async () => named(await look(), 'Store');
  expect(await store()).toBeUndefined();
  for (const [part, advice] of [
    ['log', /mv '.*log' '.*cursor-solo.json'.*transcripts/],
    ['records', /from a backup/],
  ] as const) {
    const log = await openEmbeddedLog({ dir: join(dataDir, part) });
    expect(await store()).toMatchObject({ verdict: 'ok' });
    await log.close();
    expect(await store()).toMatchObject({ verdict: 'ok', found: 'can be read' });
    truncateSync(join(dataDir, part, 'data.mdb'), 8_192);
    expect(await store()).toMatchObject({ verdict: 'fault', advice: expect.stringMatching(advice) });
    rmSync(join(dataDir, part), { recursive: true });
  }
});

test('hooks that are silent though a session is at work are named', async () => {
  const { use, installHooks, report, look, hear } = machine();
  use();
  await installHooks();
  report({ hooks: { ...REPORT.hooks, heardAt: null, heard: 0 } });
  expect(named(await look(), 'Hooks')).toMatchObject({ verdict: 'warn', advice: expect.stringMatching(/silent/) });
  hear('1.json', NOW - 30_000);
  expect(named(await look(), 'Hooks')).toMatchObject({ verdict: 'ok' });
});

test('hooks that cannot run, or only in part, are named with the reason', async () => {
  const { use, look, claudeDir, dataDir, installHooks } = machine();
  use();
  const settings = (text: string): void => writeFileSync(join(claudeDir, 'settings.json'), text);
  settings('{ // mine\n}');
  expect(named(await look(), 'Hooks')).toMatchObject({
    verdict: 'fault',
    found: expect.stringMatching(/cannot be read/),
  });
  const ours = { hooks: [{ type: 'command', command: hookCommand(dataDir, 'sh') }] };
  settings(JSON.stringify({ hooks: { Stop: [ours] } }));
  expect(named(await look(), 'Hooks')).toMatchObject({ verdict: 'warn', found: expect.stringMatching(/only some/) });
  await installHooks();
  writeFileSync(join(dataDir, 'hook.sh'), 'exit 0');
  expect(named(await look(), 'Hooks')).toMatchObject({
    verdict: 'warn',
    found: expect.stringMatching(/another version/),
  });
  settings(JSON.stringify({ disableAllHooks: true, hooks: { Stop: [ours] } }));
  expect(named(await look(), 'Hooks')).toMatchObject({ verdict: 'warn', found: expect.stringMatching(/switched off/) });
});

test('a spool that others can read or that is full is a fault', async () => {
  const { installHooks, dataDir, look, hear } = machine();
  await installHooks();
  chmodSync(spoolFolder(dataDir), 0o755);
  expect(named(await look(), 'Spool')).toMatchObject({ verdict: 'fault', advice: expect.stringMatching(/chmod 700/) });
  chmodSync(spoolFolder(dataDir), 0o700);
  for (let index = 0; index < MAX_WAITING; index++) hear(`${index}.json`, NOW);
  expect(named(await look(), 'Spool')).toMatchObject({ verdict: 'fault', found: expect.stringMatching(/full/) });
});

test('an agent that does not report any more is not running, and its old figures are not shown', async () => {
  const { report, look } = machine();
  report({ at: NOW - 3 * MACHINE_REPORT_MS - 1, clockSkewMs: 99_999 });
  const checks = await look();
  expect(named(checks, 'Agent')).toMatchObject({
    verdict: 'fault',
    found: expect.stringMatching(/not running, last heard \d+ s ago/),
  });
  expect(named(checks, 'Clock')).toBeUndefined();
});

test('an agent’s troubles are warnings, what it does not know is none', async () => {
  const { report, look } = machine();
  report({
    clockSkewMs: -61_000,
    transcripts: { files: 9, backlogBytes: 50_000_000, lastReadAt: null },
    queuedEvents: 4_000,
    deadLetters: 2,
    unknown: { entryTypes: { hologram: 3 }, hookNames: { Dreamt: 1 }, presenceStatuses: {} },
  });
  const checks = await look();
  expect(named(checks, 'Clock')).toMatchObject({ verdict: 'warn', found: '61.0 s ahead of the board’s' });
  expect(verdicts(checks)).toMatchObject({ Transcripts: 'warn', Sending: 'warn', Unreadable: 'warn', Unknown: 'ok' });
  expect(named(checks, 'Unknown')?.found).toMatch(/entry hologram × 3, hook Dreamt × 1/);
});

describe('the board', () => {
  test('of this machine’s own is looked for where it says that it runs, on whichever port', async () => {
    const { url } = await startStubBoard({ boardVersion: version });
    const { look, dataDir, report } = machine();
    report();
    const running = { pid: process.ppid, host: hostname(), tells: url };
    writeFileSync(join(dataDir, 'agent', 'running.json'), JSON.stringify(running));
    expect(named(await look(), 'Board')?.found).toContain(url);
  });

  const board = async (options: Parameters<typeof startStubBoard>[0] = {}, more: NodeJS.ProcessEnv = {}) => {
    const { url } = await startStubBoard({ boardVersion: version, ...options });
    return machine().look({ CREWBOARD_URL: `${url}/`, CREWBOARD_TOKEN: TOKEN, ...more });
  };

  test('that takes the token says who this machine is, and how versions and clocks stand', async () => {
    const checks = await board({ now: () => Date.now() + 61_000 });
    expect(named(checks, 'Token')?.found).toBe('accepted, as “devbox” of Mara');
    expect(named(checks, 'Versions')).toMatchObject({ verdict: 'ok', found: `agent ${version}, board ${version}` });
    expect(named(checks, 'Clock')).toMatchObject({
      verdict: 'warn',
      found: expect.stringMatching(/^6[01]\.\d s behind/),
    });
    expect(named(await board({ boardVersion: '9.0.0' }), 'Versions')?.verdict).toBe('warn');
  });

  test.each([
    [401, 'Token', 'join again', '{"message":"The token is revoked."}'],
    [401, 'Board', 'It must let agents through'],
    [302, 'Board', 'must let agents through'],
    [403, 'Board', 'Ask who runs it'],
    [404, 'Board', 'the address of the board itself'],
    [421, 'Board', 'CREWBOARD_ALLOWED_HOSTS'],
    [503, 'Board', 'Its log will say why'],
  ])('that answers with %i is a fault, with what to do', async (status, name, advice, body = '') => {
    const found = named(await board({ answer: () => ({ status, body }) }), name);
    expect(found).toMatchObject({ verdict: 'fault', advice: expect.stringContaining(advice) });
  });

  test('that cannot be reached is a fault; the running agent’s own figures are shown then', async () => {
    const { report, look } = machine();
    report({ clockSkewMs: -61_000 });
    const checks = await look({ CREWBOARD_URL: 'http://127.0.0.1:1', CREWBOARD_TOKEN: TOKEN });
    expect(named(checks, 'Board')).toMatchObject({ verdict: 'fault', found: expect.stringContaining('ECONNREFUSED') });
    expect(named(checks, 'Clock')).toMatchObject({ verdict: 'warn', found: '61.0 s ahead of the board’s' });
    expect(named(checks, 'Token')).toBeUndefined();
  });

  test('that was joined is named; a token that others can read is a fault', async () => {
    const { url } = await startStubBoard({ boardVersion: version });
    const { look, dataDir } = machine();
    await saveCredentials(dataDir, { ...IDENTITY, token: TOKEN, url });
    expect(named(await look(), 'Joined')).toMatchObject({ verdict: 'ok', found: `${url}, as “devbox” of Mara` });
    chmodSync(credentialsPath(dataDir), 0o644);
    expect(named(await look(), 'Joined')).toMatchObject({
      verdict: 'fault',
      advice: expect.stringContaining('chmod 600'),
    });
    writeFileSync(credentialsPath(dataDir), '{');
    expect(named(await look(), 'Joined')).toMatchObject({
      verdict: 'fault',
      found: expect.stringContaining('join again'),
    });
  });
});

test('clients that say too little, and files that cannot be read, are named', async () => {
  const { use, look, claudeDir } = machine();
  use('2.1.20');
  writeFileSync(join(claudeDir, 'sessions', '78.json'), '{"pid":78,"sess');
  const checks = await look();
  expect(named(checks, 'Claude Code')).toMatchObject({ verdict: 'warn', found: '2.1.20 on the PATH; running: 2.1.20' });
  expect(named(checks, 'Presence')).toMatchObject({ verdict: 'warn', found: expect.stringMatching(/78\.json/) });
  expect(checkNode('v20.18.1').verdict).toBe('fault');
  expect(checkNode('v24.0.0').verdict).toBe('ok');
});

test('a folder that is a file is a fault, and no crash', async () => {
  const { look, claudeDir } = machine();
  writeFileSync(claudeDir, '');
  expect(verdicts(await look())).toMatchObject({ 'Claude folder': 'fault' });
});

test('the exit code says whether something is at fault', async () => {
  const { env, use, report } = machine();
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line) => lines.push(line));
  await doctor(env, {});
  expect(process.exitCode).toBe(1);
  expect(lines.join('\n')).toMatch(/^fault {2}Agent .*\n +→ Start it/m);
  process.exitCode = 0;
  use();
  report({ at: Date.now() });
  lines.length = 0;
  await doctor(env, { json: true });
  expect(process.exitCode).toBe(0);
  expect(JSON.parse(lines.join('\n')).checks[0]).toMatchObject({ name: 'Node.js', verdict: 'ok' });
});
