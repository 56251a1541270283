import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import {
  compareVersions,
  HOOK_EVENTS,
  hookCommand,
  hooksInstalled,
  isHookCommand,
  OLDEST_CLIENT,
  parseSettings,
} from './settings.ts';

const DATA = '/home/dev/.crewboard';

const settingsWith = (names: readonly string[], rest: object = {}): string => {
  const group = { hooks: [{ type: 'command', command: hookCommand(DATA, 'sh'), timeout: 5 }] };
  return JSON.stringify({ ...rest, hooks: Object.fromEntries(names.map((name) => [name, [group]])) });
};

const folderWith = (text?: string): string => {
  const folder = temporaryFolder('settings');
  if (text !== undefined) writeFileSync(join(folder, 'settings.json'), text);
  return folder;
};

const all = HOOK_EVENTS.map(({ name }) => name);
const base = HOOK_EVENTS.filter(({ since }) => since === OLDEST_CLIENT).map(({ name }) => name);

test('a settings file is told by which of our hooks it names', async () => {
  const told = (text?: string) => hooksInstalled(folderWith(text), DATA);
  expect(await told()).toBe('no');
  expect(await told('')).toBe('no');
  expect(await told('{}')).toBe('no');
  expect(await told('{"hooks":[]}')).toBe('no');
  expect(await told(settingsWith(all))).toBe('yes');
  expect(await told(`\uFEFF${settingsWith(base)}`)).toBe('yes');
  expect(await told(settingsWith(base.slice(1)))).toBe('partly');
  expect(await told(settingsWith(all, { disableAllHooks: true }))).toBe('disabled');
  expect(await told(settingsWith(all, { disableAllHooks: false }))).toBe('yes');
  expect(await told('{"hooks":')).toBe('unreadable');
  expect(await told('[]')).toBe('unreadable');
});

test('a settings file that is far too large is unreadable, at once', async () => {
  const rest = Object.fromEntries(Array.from({ length: 200_000 }, (_, n) => [`key ${n}`, {}]));
  expect(await hooksInstalled(folderWith(settingsWith(all, rest)), DATA)).toBe('unreadable');
});

test('a settings file that is a folder is unreadable', async () => {
  const folder = folderWith();
  expect(await hooksInstalled(join(folder, 'nothing'), DATA)).toBe('no');
  writeFileSync(join(folder, 'file'), '');
  expect(await hooksInstalled(join(folder, 'file'), DATA)).toBe('unreadable');
});

test('odd entries of others do not hide ours', () => {
  const ours = { hooks: [null, 7, { command: 9 }, { command: hookCommand(DATA, 'node') }] };
  const text = JSON.stringify({ hooks: { Stop: [null, 'x', { hooks: 'no' }, ours], PreToolUse: {}, Odd: [ours] } });
  expect(parseSettings(text, DATA)?.events).toEqual(['Stop', 'Odd']);
});

test('only the hook of the same data folder is ours', () => {
  const isOurs = isHookCommand(DATA);
  expect(isOurs(hookCommand(DATA, 'sh'))).toBe(true);
  expect(isOurs(hookCommand(`${DATA}/../.crewboard/`, 'node'))).toBe(true);
  expect(isOurs(hookCommand('/home/other/.crewboard', 'sh'))).toBe(false);
  expect(isOurs(undefined)).toBe(false);
});

test('versions are compared by number', () => {
  expect(compareVersions('2.1.9', '2.1.75')).toBeLessThan(0);
  expect(compareVersions('2.1.330', '2.1.75')).toBeGreaterThan(0);
  expect(compareVersions('2.1.75', '2.1.75')).toBe(0);
  expect(compareVersions('1.0', '1.0.41')).toBeLessThan(0);
});

test('a call that only looks is not announced, one that may ask is', () => {
  const matcher = HOOK_EVENTS.find(({ name }) => name === 'PreToolUse')?.matcher ?? '';
  const isAnnounced = (tool: string): boolean => new RegExp(matcher).test(tool);
  const told = [
    'Bash',
    'Edit',
    'Write',
    'Agent',
    'Task',
    'AskUserQuestion',
    'ExitPlanMode',
    'WebFetch',
    'mcp__a__Read',
  ];
  expect(told.filter((tool) => !isAnnounced(tool))).toEqual([]);
  expect(['Read', 'Glob', 'Grep', 'TodoWrite', 'TaskUpdate'].filter(isAnnounced)).toEqual([]);
  expect(HOOK_EVENTS.filter((event) => event.matcher !== null).map(({ name }) => name)).toEqual(['PreToolUse']);
});

test('nothing is registered that the client would wait for or that would replace its work', () => {
  expect(all).not.toContain('WorktreeCreate');
  expect(all).not.toContain('MessageDisplay');
  expect(new Set(all).size).toBe(all.length);
});
