import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aMachineReport } from '@crewboard/contract/testing';
import { agentConfigSchema, credentialsPath, readCredentials, saveCredentials } from '@crewboard/ingest';
import type { LocalReport } from '@crewboard/ingest/local-report';
import { parseConfig } from '@crewboard/runtime';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { CODE, IDENTITY, startStubBoard, TOKEN } from '../../../services/ingest/test/stub-board.ts';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { version } from '../../package.json' with { type: 'json' };
import { up } from '../up.ts';
import { type AgentFlags, agent } from './command.ts';
import { installAgent } from './install/install.ts';
import { keptSettings, readSettings, settingsPath } from './install/kept-settings.ts';
import { lastingNode } from './install/system.ts';
import { agentStatus } from './status.ts';

const UNIT = 'systemd/user/crewboard-agent.service';
const isLinux = process.platform === 'linux';

let home = '';
let said: string[] = [];
beforeEach(() => {
  said = [];
  vi.spyOn(console, 'log').mockImplementation((line) => void said.push(String(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = 0;
});

/** An account with a systemd that notes what it is asked, and says `state` of the unit. */
const account = ({ state = 'active', hasSystemd = true } = {}) => {
  home = temporaryFolder('account');
  const bin = join(home, 'bin');
  const calls = join(home, 'calls');
  mkdirSync(bin);
  const script = hasSystemd
    ? `#!/bin/sh\necho "$*" >>'${calls}'\ncase "$*" in *is-active*) echo ${state}; [ ${state} = active ];; esac\n`
    : '#!/bin/sh\necho "Failed to connect to bus: No medium found" >&2\nexit 1\n';
  writeFileSync(join(bin, 'systemctl'), script, { mode: 0o755 });
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
  vi.stubEnv('HOME', home);
  const env: NodeJS.ProcessEnv = {
    XDG_CONFIG_HOME: join(home, 'etc'),
    CLAUDE_CONFIG_DIR: join(home, 'claude'),
    CREWBOARD_DATA_DIR: join(home, 'data'),
    HTTPS_PROXY: 'http://ada:hunter2@proxy.example.com:3128',
    LOG_LEVEL: 'silent',
  };
  const dataDir = join(home, 'data');
  return {
    env,
    dataDir,
    unit: join(home, 'etc', UNIT),
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []),
    config: (more: NodeJS.ProcessEnv = {}) => parseConfig(agentConfigSchema, { ...env, ...more }),
    join: (more: object = {}) =>
      saveCredentials(dataDir, { ...IDENTITY, token: TOKEN, url: 'https://board.example.com', ...more }),
    command: (flags: AgentFlags) => agent(env, flags),
  };
};

/** A package as it lies in a cache, with a version of its own. */
const aPackage = (): string => {
  const from = join(temporaryFolder('package'), 'crewboard');
  mkdirSync(join(from, 'bin'), { recursive: true });
  mkdirSync(join(from, 'dist'));
  writeFileSync(join(from, 'package.json'), JSON.stringify({ name: 'crewboard', version }));
  writeFileSync(join(from, 'bin', 'crewboard.js'), 'console.log("the copy runs")');
  return from;
};

describe('crewboard agent', () => {
  it('without a board says how to join one', async () => {
    await expect(account().command({})).rejects.toThrow('crewboard agent --join <link>');
  });

  it.each([
    [{ json: true }, '--json goes with --status or --show.'],
    [{ sent: true }, '--sent goes with --show.'],
    [{ machine: 'laptop', install: true }, '--machine goes with --join.'],
  ] as const)('refuses %o, where a flag would say nothing', async (flags, message) => {
    await expect(account().command(flags)).rejects.toThrow(message);
  });

  it('says what is wrong with a data folder in which nothing can be kept', async () => {
    const { env, dataDir } = account();
    writeFileSync(dataDir, 'a file');
    await expect(agent(env, {})).rejects.toThrow(`Nothing can be kept in ${dataDir} (EEXIST)`);
    await expect(up(env)).rejects.toThrow('CREWBOARD_DATA_DIR names another');
  });

  it('that joins says in two lines what it did, and an agent that runs goes on with it', async () => {
    const { command, dataDir, env } = account();
    const board = await startStubBoard();
    mkdirSync(join(dataDir, 'agent'), { recursive: true });
    const other = { pid: process.ppid, host: (await import('node:os')).hostname(), tells: board.url };
    writeFileSync(join(dataDir, 'agent', 'running.json'), JSON.stringify(other));
    await command({ join: `${board.url}#${CODE}`, machine: 'laptop' });
    expect(said).toEqual([
      `This machine is “laptop” of Mara on ${board.url} now.`,
      `Its token lies in ${credentialsPath(dataDir)}, for this account only.`,
      `The agent that runs here (process ${process.ppid}) goes on with it by itself.`,
    ]);
    await expect(agent(env, {})).rejects.toThrow(`process ${process.ppid}, for ${board.url}`);
    const set = { ...env, CREWBOARD_URL: board.url, CREWBOARD_TOKEN: TOKEN };
    await expect(agent(set, { join: `${board.url}#${CODE}` })).rejects.toThrow('unset them first');
  });

  it('tells whoever looks on in a line what goes on', async () => {
    const { env, join: joined } = account();
    const board = await startStubBoard();
    await joined({ url: board.url });
    const { isTTY } = process.stdout;
    Object.assign(process.stdout, { isTTY: true });
    onTestFinished(() => void Object.assign(process.stdout, { isTTY }));
    const { LOG_LEVEL: _, ...quiet } = env;
    const running = agent(quiet, {});
    await expect.poll(() => board.requests.map(({ line }) => line)).toContain('PUT /api/agent/report');
    process.emit('SIGTERM');
    await running;
    expect(said).toEqual([expect.stringMatching(`^Tells ${board.url} of the sessions in .*claude .*--install`)]);
  });

  it('that leaves forgets its token', async () => {
    const { command, dataDir, join } = account();
    await join();
    await command({ leave: true });
    expect(said[0]).toContain('has left https://board.example.com');
    expect(await readCredentials(dataDir)).toBeUndefined();
    said = [];
    await command({ leave: true });
    expect(said[0]).toContain('joined no board');
  });
});

describe.runIf(isLinux)('crewboard agent --install', () => {
  it('copies the package, and lets systemd run the copy', async () => {
    const { env, config, dataDir, unit, calls, join: joined } = account();
    await joined();
    await installAgent(env, config(), aPackage());
    const text = readFileSync(unit, 'utf8');
    const script = join(dataDir, 'app', version, 'bin', 'crewboard.js');
    expect(text).toContain(`"${script}" "agent" "--settings" "${settingsPath(dataDir)}"`);
    expect(execFileSync(process.execPath, [script], { encoding: 'utf8' })).toBe('the copy runs\n');
    expect(calls()).toEqual([
      '--user show-environment',
      '--user is-active crewboard-agent.service',
      '--user daemon-reload',
      '--user enable crewboard-agent.service',
      '--user restart crewboard-agent.service',
    ]);
    expect(said.join('\n')).toContain('runs from now on');
    expect(process.exitCode).not.toBe(1);
  });

  it('puts no secret into the unit, and settings where only this account reads them', async () => {
    const { env, config, dataDir, unit, join: joined } = account();
    await joined();
    await installAgent(env, config(), aPackage());
    for (const secret of ['hunter2', TOKEN]) expect(readFileSync(unit, 'utf8')).not.toContain(secret);
    expect(statSync(unit).mode & 0o777).toBe(0o600);
    expect(statSync(settingsPath(dataDir)).mode & 0o777).toBe(0o600);
    expect(readSettings(settingsPath(dataDir))).toEqual({
      CLAUDE_CONFIG_DIR: env.CLAUDE_CONFIG_DIR,
      CREWBOARD_DATA_DIR: dataDir,
      HTTPS_PROXY: env.HTTPS_PROXY,
      LOG_LEVEL: 'silent',
    });
  });

  it('replaces another version', async () => {
    const { env, config, dataDir, join: joined } = account();
    await joined();
    mkdirSync(join(dataDir, 'app', '0.0.9', 'bin'), { recursive: true });
    await installAgent(env, config(), aPackage());
    await installAgent(env, config(), aPackage());
    expect(readdirSync(join(dataDir, 'app'))).toEqual([version]);
  });

  it('without systemd says what else starts it, and that nothing does yet', async () => {
    const { env, config, dataDir, unit, join: joined } = account({ hasSystemd: false });
    await joined();
    await installAgent(env, config(), aPackage());
    expect(process.exitCode).toBe(1);
    expect(existsSync(unit)).toBe(false);
    const crontab = said.find((line) => line.includes('crontab'));
    expect(crontab).toContain('@reboot');
    // The line does what it says, in a shell.
    const bin = join(home, 'bin');
    writeFileSync(join(bin, 'crontab'), '#!/bin/sh\n[ "$1" = - ] && cat\n', { mode: 0o755 });
    const entry = execFileSync('sh', ['-c', crontab ?? ''], { encoding: 'utf8' }).trim();
    expect(entry).toBe(
      `@reboot '${process.execPath}' '${join(dataDir, 'app', version, 'bin', 'crewboard.js')}' 'agent' '--settings' '${settingsPath(dataDir)}'`,
    );
  });

  it('needs a board; what the environment names is kept once the board has said whose it is', async () => {
    const { env, config, dataDir } = account();
    await expect(installAgent(env, config(), aPackage())).rejects.toThrow('has not joined');
    await expect(installAgent(env, config({ REDIS_URL: 'redis://127.0.0.1' }), aPackage())).rejects.toThrow(
      'Only an agent',
    );
    const board = await startStubBoard();
    const set = { CREWBOARD_URL: board.url, CREWBOARD_TOKEN: TOKEN };
    await installAgent({ ...env, ...set }, config(set), aPackage());
    expect(await readCredentials(dataDir)).toEqual({ ...IDENTITY, url: board.url, token: TOKEN });
    expect(Object.keys(readSettings(settingsPath(dataDir)))).not.toContain('CREWBOARD_TOKEN');
  });

  it('is undone by --uninstall, which leaves the machine joined; a repeat is harmless', async () => {
    const { env, config, dataDir, unit, calls, join: joined, command } = account();
    await joined();
    await installAgent(env, config(), aPackage());
    await command({ uninstall: true });
    expect(calls().slice(-2)).toEqual(['--user disable --now crewboard-agent.service', '--user daemon-reload']);
    expect([existsSync(unit), existsSync(join(dataDir, 'app')), existsSync(settingsPath(dataDir))]).toEqual([
      false,
      false,
      false,
    ]);
    expect(await readCredentials(dataDir)).toBeDefined();
    await command({ uninstall: true });
    expect(said.join('\n')).toContain('nothing to remove');
  });
});

describe('crewboard agent --status', () => {
  const report = (dataDir: string, more: Partial<LocalReport> = {}): void => {
    mkdirSync(join(dataDir, 'agent'), { recursive: true });
    const told: LocalReport = {
      ...aMachineReport({
        at: Date.now(),
        agentVersion: version,
        privacy: { tier: 'summary', rules: 2, privateSessions: 1 },
      }),
      standing: { clockSkewMs: -61_000, boardVersion: '0.1.3', trouble: null },
      acceptedAt: Date.now() - 4_000,
      ...more,
    };
    writeFileSync(join(dataDir, 'agent', 'report.json'), JSON.stringify(told));
  };
  const running = async (dataDir: string, tells: string): Promise<void> => {
    const { hostname } = await import('node:os');
    mkdirSync(join(dataDir, 'agent'), { recursive: true });
    writeFileSync(
      join(dataDir, 'agent', 'running.json'),
      JSON.stringify({ pid: process.ppid, host: hostname(), tells }),
    );
  };

  it('on a machine with nothing there says how to begin', async () => {
    const { command } = account();
    await command({ status: true });
    expect(said).toEqual([
      'joined     no board',
      'installed  no',
      'running    no',
      expect.stringMatching(/^→ .*--join <link>/),
    ]);
    expect(process.exitCode).toBe(1);
  });

  it.runIf(isLinux)('where all is well has no next step', async () => {
    const { command, env, config, dataDir, join: joined } = account();
    await joined();
    await installAgent(env, config(), aPackage());
    await running(dataDir, 'https://board.example.com');
    report(dataDir);
    said = [];
    process.exitCode = 0;
    await command({ status: true });
    expect(said).toEqual([
      'joined     https://board.example.com, as “devbox” of Mara',
      `installed  the systemd unit crewboard-agent.service of this account, version ${version}`,
      expect.stringMatching(new RegExp(`^running    process ${process.ppid}, version ${version}, started `)),
      'board      version 0.1.3; this machine’s clock is 61.0 s ahead, which is taken out',
      expect.stringMatching(/^sent {7}last accepted \d+ s ago; 0 events wait$/),
      'privacy    summary (2 rules, 1 private sessions)',
    ]);
    expect(process.exitCode).toBe(0);
    said = [];
    await command({ status: true, json: true });
    expect(JSON.parse(said.join('\n'))).toMatchObject({ next: null, running: { pid: process.ppid } });
  });

  it('names what is wrong first', async () => {
    const { env, config, dataDir, join: joined } = account({ state: 'failed' });
    const next = async () => (await agentStatus(env, config(), Date.now())).next;
    await joined();
    expect(await next()).toContain('No agent runs here');
    await running(dataDir, 'https://board.example.com');
    report(dataDir, { standing: { clockSkewMs: null, boardVersion: null, trouble: 'It was revoked.' } });
    expect(await next()).toBe('It was revoked.');
    await running(dataDir, 'http://127.0.0.1:4400');
    report(dataDir);
    expect(await next()).toContain('tells http://127.0.0.1:4400, not https://board.example.com');
    if (!isLinux) return;
    await installAgent(env, config(), aPackage());
    expect(await next()).toContain('The installed agent does not run');
    writeFileSync(credentialsPath(dataDir), '{');
    expect(await next()).toContain('join again');
  });
});

it('the settings of an installed agent are those of who installed it, but for whom it tells', () => {
  account();
  const env = {
    CREWBOARD_PRIVACY: 'status',
    CREWBOARD_TOKEN: 'x',
    AWS_SECRET_ACCESS_KEY: 'y',
    no_proxy: 'a',
    CREWBOARD_CA_FILE: 'ca.pem',
  };
  const kept = keptSettings(env, parseConfig(agentConfigSchema, { CREWBOARD_DATA_DIR: 'd', CLAUDE_CONFIG_DIR: 'c' }));
  expect(kept).toEqual({
    CREWBOARD_DATA_DIR: join(process.cwd(), 'd'),
    CLAUDE_CONFIG_DIR: join(process.cwd(), 'c'),
    CREWBOARD_PRIVACY: 'status',
    no_proxy: 'a',
    CREWBOARD_CA_FILE: join(process.cwd(), 'ca.pem'),
  });
});

it('Node.js of Homebrew is named by the path that outlives an update', () => {
  const cellar = '/opt/homebrew/Cellar/node@22/22.1.0/bin/node';
  expect(lastingNode(cellar, () => true)).toBe('/opt/homebrew/opt/node@22/bin/node');
  expect(lastingNode(cellar, () => false)).toBe(cellar);
  expect(lastingNode('/usr/bin/node', () => true)).toBe('/usr/bin/node');
});
