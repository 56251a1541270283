import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import type { KeeperContext, KeptProgram } from './keeper.ts';
import { keeperFor } from './keepers.ts';

const context: KeeperContext = {
  home: '/home/mara',
  uid: 1000,
  account: 'OFFICE\\mara',
  dataDir: '/home/mara/.crewboard',
};
const program: KeptProgram = {
  node: '/opt/node/bin/node',
  args: [
    '/home/mara/.crewboard/app/0.1.0/bin/crewboard.js',
    'agent',
    '--settings',
    '/home/mara/a "b" $HOME 50% <x>&.json',
  ],
};

const keeper = (platform: NodeJS.Platform, more: Partial<KeeperContext> = {}) => {
  const found = keeperFor(platform, { ...context, ...more });
  if (!found) throw new Error(`nothing keeps programs running on ${platform}`);
  return found;
};
const textOf = (file: string | Uint8Array): string =>
  typeof file === 'string' ? file : new TextDecoder('utf-16le').decode(file);

describe('on Linux', () => {
  it('a unit of the person’s own systemd keeps the agent running', () => {
    const { file, path, start, stop, isRunning } = keeper('linux');
    expect(path).toBe('/home/mara/.config/systemd/user/crewboard-agent.service');
    expect(textOf(file(program))).toContain(
      'ExecStart="/opt/node/bin/node" "/home/mara/.crewboard/app/0.1.0/bin/crewboard.js" "agent" "--settings" "/home/mara/a \\"b\\" $$HOME 50%% <x>&.json"\n',
    );
    expect(textOf(file(program))).toMatch(/Restart=always[\s\S]*WantedBy=default\.target\n$/);
    expect(start.map(({ command }) => command.join(' '))).toEqual([
      'systemctl --user daemon-reload',
      'systemctl --user enable crewboard-agent.service',
      'systemctl --user restart crewboard-agent.service',
    ]);
    expect(stop).toEqual([
      { command: ['systemctl', '--user', 'disable', '--now', 'crewboard-agent.service'], mayFail: true },
    ]);
    expect([isRunning('active\n'), isRunning('activating\n'), isRunning('inactive')]).toEqual([true, false, false]);
  });

  it('lies where the person keeps settings', () => {
    expect(keeper('linux', { xdgConfigHome: '/home/mara/etc' }).path).toBe(
      '/home/mara/etc/systemd/user/crewboard-agent.service',
    );
  });

  it('systemd itself finds no fault with the unit', () => {
    const folder = temporaryFolder('unit');
    const script = join(folder, 'a "b" 50% $HOME', 'crewboard.js');
    mkdirSync(dirname(script));
    writeFileSync(script, '');
    const unit = join(folder, 'crewboard-agent.service');
    writeFileSync(unit, keeper('linux').file({ node: process.execPath, args: [script, 'agent'] }));
    const env = { ...process.env, XDG_RUNTIME_DIR: folder };
    const verify = () =>
      execFileSync('systemd-analyze', ['--user', 'verify', unit], { stdio: 'pipe', encoding: 'utf8', env });
    if (hasCommand('systemd-analyze')) expect(verify()).toBe('');
  });
});

describe('on macOS', () => {
  const { file, path, start, isRunning } = keeper('darwin');

  it('a launch agent keeps the agent running, which writes its own log', () => {
    const text = textOf(file(program));
    expect(path).toBe('/home/mara/Library/LaunchAgents/dev.crewboard.agent.plist');
    expect([...text.matchAll(/^ {4}<string>(.*)<\/string>$/gm)].map(([, word]) => word)).toEqual([
      '/opt/node/bin/node',
      '/home/mara/.crewboard/app/0.1.0/bin/crewboard.js',
      'agent',
      '--settings',
      '/home/mara/a &quot;b&quot; $HOME 50% &lt;x&gt;&amp;.json',
      '--log-file',
      '/home/mara/.crewboard/agent/agent.log',
    ]);
    expect(text).toMatch(/<key>RunAtLoad<\/key>\s*<true\/>\s*<key>KeepAlive<\/key>\s*<true\/>/);
  });

  it('one that runs already is replaced', () => {
    expect(start.map(({ command, mayFail }) => [command.slice(1).join(' '), mayFail ?? false])).toEqual([
      ['bootout gui/1000/dev.crewboard.agent', true],
      ['enable gui/1000/dev.crewboard.agent', false],
      [`bootstrap gui/1000 ${path}`, false],
    ]);
    expect(isRunning('gui/1000/dev.crewboard.agent = {\n\tactive count = 1\n\tstate = running\n}')).toBe(true);
    expect(isRunning('\tstate = spawn scheduled\n')).toBe(false);
  });
});

describe('on Windows', () => {
  const { file, start, path } = keeper('win32', { dataDir: '/home/mara/.crewboard' });

  it('a task that begins with the login keeps the agent running, without a window', () => {
    const text = textOf(file({ node: 'C:\\Program Files\\nodejs\\node.exe', args: ['C:\\Users\\mara\\app\\', 'R&D'] }));
    expect(text).toContain('<UserId>OFFICE\\mara</UserId>');
    expect(text).toContain('<LogonType>InteractiveToken</LogonType>');
    expect(text).toContain('<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>');
    expect(text).toContain('<Command>conhost.exe</Command>');
    expect(text).toContain(
      '<Arguments>--headless &quot;C:\\Program Files\\nodejs\\node.exe&quot; &quot;C:\\Users\\mara\\app\\\\&quot; &quot;R&amp;D&quot;',
    );
  });

  it('is told to schtasks as it reads it', () => {
    const bytes = file(program);
    expect([...bytes.slice(0, 2)]).toEqual([0xff, 0xfe]);
    expect(textOf(bytes)).toMatch(/^<\?xml version="1\.0" encoding="UTF-16"\?>\r\n/);
    expect(start.map(({ command }) => command.slice(1).join(' '))).toEqual([
      '/End /TN Crewboard agent',
      `/Create /F /TN Crewboard agent /XML ${path}`,
      '/Run /TN Crewboard agent',
    ]);
  });
});

it('of other systems nothing is known', () => {
  expect(keeperFor('sunos', context)).toBeUndefined();
});

const hasCommand = (name: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
};
