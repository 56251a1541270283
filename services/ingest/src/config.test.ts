import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, parseConfig } from '@crewboard/runtime';
import { describe, expect, it } from 'vitest';
import { agentConfigSchema, networkOf } from './config.ts';
import { agentIdentity, gitUserName } from './owner.ts';

const parse = (env: Record<string, string>) => parseConfig(agentConfigSchema, env);

describe('the agent’s settings', () => {
  it('have defaults', () => {
    expect(parse({})).toMatchObject({
      CREWBOARD_MAX_AGE_DAYS: 7,
      LOG_LEVEL: 'info',
      CLAUDE_CONFIG_DIR: join(homedir(), '.claude'),
      CREWBOARD_INSECURE_HTTP: false,
    });
  });

  it('know the home folder, where no shell has put it in', () => {
    const folders = { CLAUDE_CONFIG_DIR: '~/other/.claude', CREWBOARD_DATA_DIR: '~' };
    expect(parse(folders)).toMatchObject({
      CLAUDE_CONFIG_DIR: join(homedir(), 'other/.claude'),
      CREWBOARD_DATA_DIR: homedir(),
    });
    expect(parse({ CLAUDE_CONFIG_DIR: '/srv/~old' }).CLAUDE_CONFIG_DIR).toBe('/srv/~old');
  });

  it('name a board and the machine’s token there, or neither', () => {
    const url = 'https://board.example.com';
    expect(parse({ CREWBOARD_URL: url, CREWBOARD_TOKEN: 'cbm_x.y' }).CREWBOARD_URL).toBe(url);
    expect(() => parse({ CREWBOARD_URL: url })).toThrow(/CREWBOARD_TOKEN/);
    expect(() => parse({ CREWBOARD_TOKEN: 'cbm_x.y' })).toThrow(/CREWBOARD_URL/);
  });

  it('say what became of the token of a team', () => {
    expect(() => parse({ CREWBOARD_INGEST_TOKEN: 'old' })).toThrow(/join: crewboard agent --join/);
    expect(() => parse({ CREWBOARD_INGEST_TOKEN: '' })).not.toThrow();
  });

  it('lead out of the network as other programs do', () => {
    const env = { HTTPS_PROXY: 'http://big:1', https_proxy: 'http://small:1', HTTP_PROXY: 'http://plain:1' };
    expect(
      networkOf(parse({ ...env, NO_PROXY: 'a,b', NODE_EXTRA_CA_CERTS: '/a.pem', CREWBOARD_CA_FILE: '/b.pem' })),
    ).toEqual({
      httpsProxy: 'http://small:1',
      httpProxy: 'http://plain:1',
      noProxy: 'a,b',
      caFiles: ['/a.pem', '/b.pem'],
    });
    expect(networkOf(parse({ CREWBOARD_CA_FILE: '/b.pem' }), '/b.pem').caFiles).toEqual(['/b.pem']);
  });

  it('name all faults at once', () => {
    const env = { REDIS_URL: 'http://x', CREWBOARD_MAX_AGE_DAYS: 'soon', LOG_LEVEL: 'loud' };
    expect(() => parse(env)).toThrow(ConfigError);
    for (const name of Object.keys(env)) expect(() => parse(env)).toThrow(name);
  });
});

describe('the agent’s identity', () => {
  it('is what was set', () => {
    expect(agentIdentity({ machine: 'devbox', owner: 'Ada' })).toEqual({ machine: 'devbox', owner: 'Ada' });
    expect(agentIdentity().machine).not.toBe('');
  });

  it('takes the name of the git settings', () => {
    const home = mkdtempSync(join(tmpdir(), 'crewboard-owner-'));
    try {
      expect(gitUserName(home)).toBeUndefined();
      mkdirSync(join(home, '.config', 'git'), { recursive: true });
      writeFileSync(join(home, '.config', 'git', 'config'), '[user]\n  name = Grace\n');
      expect(gitUserName(home)).toBe('Grace');
      writeFileSync(join(home, '.gitconfig'), '[alias]\n name = x\n[user]\n\temail = a@b\n\tname = "Ada L."\n[core]\n');
      expect(gitUserName(home)).toBe('Ada L.');
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
