import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { HOOK_EVENTS, hookCommand } from '@crewboard/ingest/hook-settings';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { groupsFor, installHooks, removeHooks } from './install.ts';

const NEW_CLIENT = '2.1.330';

/** A settings file in folders of its own. */
const place = (content?: string | Buffer) => {
  const root = temporaryFolder('install');
  const dataDir = join(root, 'data');
  const path = join(root, 'claude', 'settings.json');
  if (content !== undefined) {
    mkdirSync(join(root, 'claude'));
    writeFileSync(path, content);
  }
  const context = { dataDir, variant: 'sh' as const, now: Date.UTC(2026, 10, 23) };
  return {
    root,
    path,
    dataDir,
    install: (version = NEW_CLIENT, now = context.now) =>
      installHooks(path, groupsFor(version, context), { ...context, now }),
    remove: () => removeHooks(path, dataDir),
    bytes: () => readFileSync(path),
    settings: () => JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')),
    backups: () => (existsSync(join(dataDir, 'backups')) ? readdirSync(join(dataDir, 'backups')) : []),
  };
};

const OTHERS = '{"matcher": "Bash", "hooks": [ {"type":"command", "command":"notify \\"x\\"", "timeout": 60 } ]}';

const SETTINGS: Record<string, string | Buffer> = {
  'an empty object': '{}',
  'an empty object with a blank in it': '{ }\n',
  'an empty object over lines': '{\n\n}\n',
  'an empty file': '',
  'a file of blanks': ' \n\t\n',
  'one line': '{"model":"opus","env":{"A":"1"}}',
  'one line with blanks': '{ "model" : "opus" , "hooks" : { } }',
  'two spaces': '{\n  "model": "opus",\n  "permissions": {\n    "allow": ["Bash(ls:*)"]\n  }\n}\n',
  tabs: '{\n\t"model": "opus",\n\t"hooks": {\n\t\t"Stop": [\n\t\t]\n\t}\n}',
  'four spaces and no final newline': '{\n    "model": "opus"\n}',
  'Windows line ends': '{\r\n  "model": "opus",\r\n  "hooks": {}\r\n}\r\n',
  'a byte order mark': '\uFEFF{\r\n\t"model": "opus"\r\n}\r\n\r\n',
  'a byte order mark alone': '\uFEFF',
  'blank lines around': '\n\n{\n  "model": "opus"\n}\n\n\n',
  'hooks of others in the same events': `{\n  "hooks": {\n    "PreToolUse": [\n      ${OTHERS}\n    ],\n    "Stop": [${OTHERS},${OTHERS}]\n  },\n  "model": "opus"\n}\n`,
  'hooks of others in other events': `{"hooks":{"WorktreeCreate":[${OTHERS}],"Future":[${OTHERS}]}}`,
  'empty lists of hooks': '{"hooks":{"Stop":[ ],"PreToolUse":[\n]}, "z":[]}',
  'a group without hooks': '{"hooks":{"Stop":[{"matcher":"","hooks":[]}]}}',
  'odd columns': '{"a" :1 ,\n\n      "b":\t[ 1,2 ,\n3 ]\n,"c":{}}   ',
  'escapes and large numbers':
    '{"a":"\\u00e9\\ud83d\\ude00\\/","b":1e400,"c":12345678901234567890,"d":-0.0,"é😀":"\\n"}',
  'an ungentle key': '{"__proto__":{"x":1},"constructor":2}',
};

describe.each(Object.entries(SETTINGS))('settings with %s', (_name, content) => {
  test('are byte for byte what they were after install and remove, and again', async () => {
    const { install, remove, bytes, settings } = place(content);
    const before = bytes();
    for (let round = 0; round < 2; round++) {
      expect(await install()).toBe('installed');
      const installed = bytes();
      expect(Object.keys(settings().hooks)).toEqual(expect.arrayContaining(HOOK_EVENTS.map(({ name }) => name)));
      expect(await install()).toBe('unchanged');
      expect(bytes()).toEqual(installed);
      expect(await remove()).toBe('restored');
      expect(bytes()).toEqual(before);
      expect(await remove()).toBe('not installed');
    }
  });

  test('keep all that others have, and its bytes where it stands', async () => {
    const { install, bytes, settings } = place(content);
    const before = bytes().toString();
    await install();
    const after = bytes().toString();
    const had = before.replace(/^\uFEFF/, '').trim() === '' ? {} : JSON.parse(before.replace(/^\uFEFF/, ''));
    const { hooks, ...others } = settings();
    const { hooks: hadHooks = {}, ...hadOthers } = had;
    expect(others).toEqual(hadOthers);
    for (const [event, groups] of Object.entries<unknown[]>(hadHooks)) {
      expect(hooks[event].slice(0, groups.length)).toEqual(groups);
    }
    // Nothing of the old text is gone but blanks inside of what was empty.
    const letters = (text: string): string => text.replaceAll(/\s/g, '');
    let at = 0;
    for (const letter of letters(before)) at = letters(after).indexOf(letter, at) + 1;
    expect(at).toBeGreaterThanOrEqual(letters(before).length);
    expect(after.startsWith('\uFEFF')).toBe(before.startsWith('\uFEFF'));
    if (!before.includes('\r')) expect(after).not.toContain('\r');
    if (before.includes('\r\n')) expect(after.replaceAll('\r\n', '')).not.toContain('\n');
  });

  test('lose our hooks alone where the receipt is lost', async () => {
    const { install, remove, settings, dataDir, bytes } = place(content);
    const text = bytes()
      .toString()
      .replace(/^\uFEFF/, '');
    const { hooks: hadHooks = {}, ...hadOthers } = text.trim() === '' ? {} : JSON.parse(text);
    await install();
    rmSync(join(dataDir, 'backups'), { recursive: true });
    expect(await remove()).toBe('removed');
    const { hooks = {}, ...others } = settings();
    expect(others).toEqual(hadOthers);
    const filled = Object.entries<unknown[]>(hadHooks).filter(([, groups]) => groups.length > 0);
    expect(hooks).toEqual(Object.fromEntries(filled));
  });
});

test('any settings come back byte for byte, and lose nothing without the backup', async () => {
  const group = fc.record({
    matcher: fc.constantFrom('', 'Bash', '*'),
    hooks: fc.array(fc.record({ type: fc.constant('command'), command: fc.string() }), { maxLength: 2 }),
  });
  const events = fc.constantFrom('Stop', 'PreToolUse', 'SessionStart', 'Future');
  const hooks = fc.dictionary(events, fc.array(group, { maxLength: 2 }));
  const settings = fc.record({ model: fc.string(), env: fc.jsonValue(), hooks }, { requiredKeys: [] });
  const style = fc.record({
    indent: fc.constantFrom('', ' ', '\t', '    '),
    isWindows: fc.boolean(),
    end: fc.string(),
  });
  await fc.assert(
    fc.asyncProperty(settings, style, async (value, { indent, isWindows, end }) => {
      const text = JSON.stringify(value, null, indent).replaceAll('\n', isWindows ? '\r\n' : '\n');
      const file = place(text + end.replaceAll(/\S/g, ''));
      const before = file.bytes();
      await file.install();
      await file.remove();
      expect(file.bytes()).toEqual(before);
      await file.install();
      rmSync(join(file.dataDir, 'backups'), { recursive: true });
      await file.remove();
      const emptied = JSON.parse(text);
      for (const event of HOOK_EVENTS) {
        if (emptied.hooks?.[event.name]?.length === 0) delete emptied.hooks[event.name];
      }
      if (emptied.hooks && Object.keys(emptied.hooks).length === 0) delete emptied.hooks;
      expect(file.settings()).toEqual(emptied);
      rmSync(file.root, { recursive: true });
    }),
    { numRuns: 40 },
  );
});

test('a file that was not there is gone again, and the folder made for it', async () => {
  const { path, install, remove, root } = place();
  expect(await install()).toBe('installed');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, 'utf8').endsWith('}\n')).toBe(true);
  expect(await remove()).toBe('deleted');
  expect(existsSync(join(root, 'claude'))).toBe(false);
});

test('a file that was not there stays where others wrote to it since', async () => {
  const { path, install, remove, settings } = place();
  await install();
  writeFileSync(path, JSON.stringify({ model: 'opus', ...settings() }));
  expect(await remove()).toBe('removed');
  expect(readFileSync(path, 'utf8')).toBe('{"model":"opus"}');
});

test.each([0o600, 0o644, 0o640, 0o400])('the mode %o stays', async (mode) => {
  const { path, install, remove } = place('{"a":1}');
  chmodSync(path, mode);
  await install();
  expect(statSync(path).mode & 0o777).toBe(mode);
  await remove();
  expect(statSync(path).mode & 0o777).toBe(mode);
});

test('a linked file is written through its links', async () => {
  const { path, install, remove, root } = place('{"a":1}');
  const real = join(root, 'dotfiles.json');
  writeFileSync(real, '{"b":2}\n');
  rmSync(path);
  symlinkSync('../hop.json', path);
  symlinkSync('dotfiles.json', join(root, 'hop.json'));
  await install();
  expect(lstatSync(path).isSymbolicLink()).toBe(true);
  expect(lstatSync(join(root, 'hop.json')).isSymbolicLink()).toBe(true);
  expect(readFileSync(real, 'utf8')).toContain('PermissionRequest');
  expect(await remove()).toBe('restored');
  expect(readFileSync(real, 'utf8')).toBe('{"b":2}\n');
});

test('a link to nothing is filled and emptied again', async () => {
  const { path, install, remove, root } = place('{}');
  rmSync(path);
  symlinkSync('../later.json', path);
  await install();
  expect(existsSync(join(root, 'later.json'))).toBe(true);
  expect(await remove()).toBe('deleted');
  expect(lstatSync(path).isSymbolicLink()).toBe(true);
  expect(existsSync(join(root, 'later.json'))).toBe(false);
});

test.each<[what: string, content: string | Buffer, reason: RegExp]>([
  ['a comment', '{\n  // mine\n  "a": 1\n}', /not plain JSON/],
  ['a trailing comma', '{"a":1,}', /not plain JSON/],
  ['half a file', '{"a":', /not plain JSON/],
  ['a list', '[]', /no JSON object/],
  ['a key twice', '{"a":1,"b":{"c":1,"c":2}}', /“c” stands in it twice/],
  ['hooks twice', '{"hooks":{},"hooks":{}}', /“hooks” stands in it twice/],
  ['levels without end', `{"model":${'['.repeat(3_000)}${']'.repeat(3_000)}}`, /nested more than 200 levels/],
  ['hooks as a list', '{"hooks":[]}', /“hooks”/],
  ['hooks as null', '{"hooks":null}', /“hooks”/],
  ['an event as an object', '{"hooks":{"Stop":{}}}', /“hooks.Stop”/],
  ['a group as text', '{"hooks":{"Stop":["x"]}}', /“hooks.Stop.0”/],
  ['a matcher as an object', '{"hooks":{"Stop":[{"matcher":{},"hooks":[]}]}}', /“hooks.Stop.0.matcher”/],
  ['a hook without a type', '{"hooks":{"Stop":[{"hooks":[{"command":"x"}]}]}}', /“hooks.Stop.0.hooks.0.type”/],
  ['bytes that are no text', Buffer.from([0x7b, 0xff, 0x7d]), /not UTF-8/],
  ['UTF-16', Buffer.from('\uFEFF{}', 'utf16le'), /not UTF-8/],
])('settings with %s are left alone', async (_what, content, reason) => {
  const { install, bytes, backups } = place(content);
  await expect(install()).rejects.toThrow(reason);
  expect(bytes()).toEqual(Buffer.from(content));
  expect(backups()).toEqual([]);
});

test('what others changed since stays, however they set the file', async () => {
  const { path, install, remove, settings } = place('{"model":"opus","hooks":{"Stop":[]}}');
  await install();
  const mine = { type: 'command', command: 'mine' };
  const changed = settings();
  changed.theme = 'dark';
  changed.hooks.Stop.push({ hooks: [mine] });
  changed.hooks.PreToolUse.unshift({ matcher: 'Edit', hooks: [mine] });
  changed.hooks.PreToolUse[1].hooks.push(mine);
  delete changed.hooks.Notification;
  const text = JSON.stringify(changed, null, 3);
  writeFileSync(path, text);
  expect(await remove()).toBe('removed');
  const left = readFileSync(path, 'utf8');
  expect(JSON.parse(left)).toEqual({
    model: 'opus',
    hooks: {
      Stop: [{ hooks: [mine] }],
      PreToolUse: [
        { matcher: 'Edit', hooks: [mine] },
        { matcher: expect.any(String), hooks: [mine] },
      ],
    },
    theme: 'dark',
  });
  // The lines of others are as they set them.
  for (const line of left.split('\n')) expect(text).toContain(line.replace(/,$/, ''));
});

test('an empty list that was there stays where others changed the file', async () => {
  const { path, install, remove } = place('{\n  "hooks": {\n    "Stop": []\n  }\n}\n');
  await install();
  writeFileSync(path, readFileSync(path, 'utf8').replace(/\n$/, '\n\n'));
  await remove();
  expect(readFileSync(path, 'utf8')).toBe('{\n  "hooks": {\n    "Stop": []\n  }\n}\n\n');
});

test('a newer client gets more events, and the file still comes back byte for byte', async () => {
  const content = '{\r\n\t"hooks" : { "Stop" : [ ] }\r\n}';
  const { install, remove, bytes, settings } = place(content);
  await install('2.0.45');
  const old = settings();
  expect(Object.keys(old.hooks)).not.toContain('StopFailure');
  expect(JSON.stringify(old)).not.toContain('async');
  expect(await install(NEW_CLIENT)).toBe('updated');
  expect(settings().hooks.StopFailure[0].hooks[0]).toMatchObject({ async: true, timeout: 5 });
  expect(settings().hooks.Stop).toHaveLength(1);
  expect(await remove()).toBe('restored');
  expect(bytes().toString()).toBe(content);
});

test('hooks that were doubled or altered by hand are set right', async () => {
  const { path, install, settings, dataDir } = place('{"a":1}');
  await install();
  const changed = settings();
  changed.hooks.Stop.push(...changed.hooks.Stop);
  changed.hooks.PreToolUse[0].hooks[0].timeout = 600;
  changed.hooks.PermissionRequest[0].matcher = 'Bash';
  changed.hooks.WorktreeCreate = changed.hooks.Stop;
  writeFileSync(path, JSON.stringify(changed));
  expect(await install()).toBe('updated');
  expect(settings().hooks.Stop).toHaveLength(1);
  expect(settings().hooks.PreToolUse[0].hooks[0].timeout).toBe(5);
  expect(settings().hooks.PermissionRequest).toEqual([{ hooks: [expect.objectContaining({ async: true })] }]);
  expect(settings().hooks.WorktreeCreate).toBeUndefined();
  expect(hookCommand(dataDir, 'sh')).toBe(settings().hooks.Stop[0].hooks[0].command);
});

test('backups are for their owner alone, and only a few are kept', async () => {
  const { install, remove, backups, dataDir } = place('{"token":"secret"}');
  for (let day = 0; day < 9; day++) {
    await install(NEW_CLIENT, Date.UTC(2026, 10, 1 + day));
    await remove();
  }
  expect(backups().filter((name) => !name.includes('receipt'))).toHaveLength(5);
  await install();
  expect(statSync(join(dataDir, 'backups')).mode & 0o777).toBe(0o700);
  for (const name of backups()) expect(statSync(join(dataDir, 'backups', name)).mode & 0o777).toBe(0o600);
});

test('no temporary file stays behind', async () => {
  const { install, remove, root } = place('{}');
  await install();
  await remove();
  expect(readdirSync(join(root, 'claude'))).toEqual(['settings.json']);
});

test('a client that is too old gets no hooks', () => {
  expect(() => groupsFor('2.0.44', { dataDir: '/d', variant: 'sh' })).toThrow(/too old/);
  expect(() => groupsFor('1.0.120', { dataDir: '/d', variant: 'sh' })).toThrow(/too old/);
});

test('a path that shells read differently is refused for the Node.js hook', () => {
  expect(() => groupsFor(NEW_CLIENT, { dataDir: '/home/$USER', variant: 'node' })).toThrow(/CREWBOARD_DATA_DIR/);
  expect(groupsFor(NEW_CLIENT, { dataDir: '/home/a b', variant: 'node' }).get('Stop')?.hooks[0].command).toBe(
    'node "/home/a b/hook.mjs"',
  );
});

test('only an end of the session is waited for', () => {
  const groups = groupsFor(NEW_CLIENT, { dataDir: '/d', variant: 'sh' });
  expect([...groups].filter(([, { hooks }]) => !hooks[0].async).map(([event]) => event)).toEqual(['SessionEnd']);
  expect([...groups.values()].every(({ hooks }) => hooks[0].timeout === 5)).toBe(true);
});
