import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HookVariant, hookCommand, hookScript, spoolFolder } from '@crewboard/ingest/hook-settings';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { installScript, MAX_PAYLOAD_BYTES, MAX_WAITING, scriptState } from './script.ts';

const newDataDir = (name = 'data'): string => join(temporaryFolder('hook'), name);

/** Shells that may be a system's `sh`, each under that name. */
const SHELLS = ['/bin/sh', '/bin/dash', '/bin/bash', '/bin/zsh', '/bin/busybox'].filter((path) => existsSync(path));

interface Ran {
  code: number | null;
  output: string;
  /** What went wrong while the payload was handed over: a hook must read all of it. */
  unread: string | undefined;
}

interface HowToRun {
  shell?: string;
  uid?: number;
}

/** Runs a hook as the client does: its command in a shell, the payload on its standard input. */
const runHook = (command: string, payload: string | Buffer, how: HowToRun = {}): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const { shell = '/bin/sh', uid } = how;
    const options = { argv0: 'sh', env: { PATH: process.env.PATH } };
    const child = spawn(shell, ['-c', command], uid === undefined ? options : { ...options, uid, gid: uid });
    const ran: Ran = { code: null, output: '', unread: undefined };
    const keep = (chunk: Buffer): void => {
      ran.output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.stdin.on('error', (error) => {
      ran.unread = error.message;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...ran, code }));
    child.stdin.end(payload);
  });

const SILENT: Ran = { code: 0, output: '', unread: undefined };
const spooled = (dataDir: string): string[] => readdirSync(spoolFolder(dataDir)).sort();
const payloadOf = (bytes: number, id = 0): string =>
  `${JSON.stringify({ session_id: `s${id}`, hook_event_name: 'PostToolUse', tool_response: 'x'.repeat(bytes) })}\n`;

const variants: [variant: HookVariant, shell: string][] = [
  ...SHELLS.map((shell): [HookVariant, string] => ['sh', shell]),
  ['node', '/bin/sh'],
];

describe.each(variants)('the hook (%s in %s)', (variant, shell) => {
  const prepared = async (name?: string): Promise<{ dataDir: string; run: (payload: string) => Promise<Ran> }> => {
    const dataDir = newDataDir(name);
    await installScript(dataDir, variant);
    return { dataDir, run: (payload) => runHook(hookCommand(dataDir, variant), payload, { shell }) };
  };

  test('keeps the payload as a private file, and says nothing', async () => {
    const { dataDir, run } = await prepared();
    const payload = payloadOf(3_000);
    expect(await run(payload)).toEqual(SILENT);
    const [name = '', ...others] = spooled(dataDir);
    expect(others).toEqual([]);
    expect(name).toMatch(/^[\w-]+\.json$/);
    const path = join(spoolFolder(dataDir), name);
    expect(readFileSync(path, 'utf8')).toBe(payload);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(spoolFolder(dataDir)).mode & 0o777).toBe(0o700);
  });

  test('cuts a large payload, and reads it to its end', async () => {
    const { dataDir, run } = await prepared();
    const payload = payloadOf(3_000_000);
    expect(await run(payload)).toEqual(SILENT);
    const [name = ''] = spooled(dataDir);
    const kept = readFileSync(join(spoolFolder(dataDir), name), 'utf8');
    expect(kept.length).toBeGreaterThanOrEqual(MAX_PAYLOAD_BYTES / 2);
    expect(kept.length).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
    expect(payload.startsWith(kept)).toBe(true);
  });

  test('drops the payload where the spool is missing, full or no folder', async () => {
    const { dataDir, run } = await prepared();
    const spool = spoolFolder(dataDir);
    for (let index = 0; index < MAX_WAITING; index++) writeFileSync(join(spool, `${index}.claimed`), '');
    expect(await run(payloadOf(500_000))).toEqual(SILENT);
    expect(spooled(dataDir)).toHaveLength(MAX_WAITING);
    rmSync(spool, { recursive: true });
    expect(await run(payloadOf(500_000))).toEqual(SILENT);
    expect(existsSync(spool)).toBe(false);
    writeFileSync(spool, '');
    expect(await run(payloadOf(500_000))).toEqual(SILENT);
    expect(readFileSync(spool, 'utf8')).toBe('');
  });

  test('runs without any input', async () => {
    const { dataDir, run } = await prepared();
    expect(await run('')).toEqual(SILENT);
    expect(spooled(dataDir).length).toBeLessThanOrEqual(1);
  });

  test('keeps to itself in a folder with spaces and quotes', async () => {
    const { dataDir, run } = await prepared(variant === 'sh' ? `it's "a" $HOME [x]* \\ dir\nline` : "it's a [x]* dir");
    expect(await run(payloadOf(10))).toEqual(SILENT);
    expect(spooled(dataDir)).toHaveLength(1);
  });
});

describe.each<HookVariant>(['sh', 'node'])('many hooks at once (%s)', (variant) => {
  test('leave one whole file each', async () => {
    const dataDir = newDataDir();
    await installScript(dataDir, variant);
    const payloads = Array.from({ length: 50 }, (_, index) => payloadOf(100_000, index));
    const ran = await Promise.all(payloads.map((payload) => runHook(hookCommand(dataDir, variant), payload)));
    expect(ran).toEqual(payloads.map(() => SILENT));
    const kept = spooled(dataDir).map((name) => readFileSync(join(spoolFolder(dataDir), name), 'utf8'));
    expect(kept.sort()).toEqual(payloads.sort());
  });
});

test('the shell’s hook is silent where its script is gone', async () => {
  const dataDir = newDataDir();
  await installScript(dataDir, 'sh');
  rmSync(hookScript(dataDir, 'sh'));
  expect(await runHook(hookCommand(dataDir, 'sh'), payloadOf(500_000))).toEqual(SILENT);
});

test('the shell’s hook can be executed too', async () => {
  const dataDir = newDataDir();
  await installScript(dataDir, 'sh');
  expect(await runHook(`'${hookScript(dataDir, 'sh')}'`, payloadOf(10))).toEqual(SILENT);
  expect(spooled(dataDir)).toHaveLength(1);
});

test.skipIf(process.getuid?.() !== 0).each<HookVariant>(['sh', 'node'])(
  'the hook is silent where it may not write (%s)',
  async (variant) => {
    const dataDir = newDataDir();
    await installScript(dataDir, variant);
    // Another user's process, who may look in but not write.
    for (const path of [join(dataDir, '..'), dataDir, spoolFolder(dataDir)]) chmodSync(path, 0o755);
    chmodSync(hookScript(dataDir, variant), 0o755);
    const ran = await runHook(hookCommand(dataDir, variant), payloadOf(500_000), { uid: 65_534 });
    expect(ran).toEqual(SILENT);
    expect(spooled(dataDir)).toEqual([]);
  },
);

test('an old hook is replaced, a repeat leaves it alone', async () => {
  const dataDir = newDataDir();
  expect(await scriptState(dataDir, 'sh')).toBe('missing');
  mkdirSync(dataDir);
  writeFileSync(hookScript(dataDir, 'sh'), 'exit 1');
  expect(await scriptState(dataDir, 'sh')).toBe('old');
  await installScript(dataDir, 'sh');
  expect(await scriptState(dataDir, 'sh')).toBe('current');
  const { ino } = statSync(hookScript(dataDir, 'sh'));
  await installScript(dataDir, 'sh');
  expect(statSync(hookScript(dataDir, 'sh')).ino).toBe(ino);
  expect(readdirSync(dataDir).sort()).toEqual(['hook.sh', 'spool']);
});
