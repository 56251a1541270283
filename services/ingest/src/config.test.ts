import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, parseConfig } from '@crewboard/runtime';
import { describe, expect, it } from 'vitest';
import { agentConfigSchema } from './config.ts';
import { agentIdentity, gitUserName } from './owner.ts';

const parse = (env: Record<string, string>) => parseConfig(agentConfigSchema, env);

describe('the agent’s settings', () => {
  it('need a board and its token, or Redis', () => {
    expect(parse({ CREWBOARD_URL: 'https://board.example.com', CREWBOARD_INGEST_TOKEN: 't' })).toMatchObject({
      CREWBOARD_MAX_AGE_DAYS: 7,
      LOG_LEVEL: 'info',
      CLAUDE_CONFIG_DIR: join(homedir(), '.claude'),
    });
    expect(parse({ REDIS_URL: 'redis://127.0.0.1:6379' }).CREWBOARD_URL).toBeUndefined();
    expect(() => parse({})).toThrow(/CREWBOARD_URL/);
    expect(() => parse({ CREWBOARD_URL: 'https://board.example.com' })).toThrow(/CREWBOARD_INGEST_TOKEN/);
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
