import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FINDINGS } from '@crewboard/contract';
import { aMachineReport, T0 } from '@crewboard/contract/testing';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import { credentialsPath } from '../board/credentials.ts';
import { findingsOf, type Glance, glanceAt } from './findings.ts';

const WELL: Glance = { claudeFolder: 'readable', isSpoolOpen: false, isTokenOpen: false };
const MINUTE = 60_000;
const hooks = { installed: 'yes', heardAt: T0, heard: 1, unreadable: 0, waiting: 0 } as const;
const settled = { startedAt: T0 - 60 * MINUTE, at: T0, clockSkewMs: 0, hooks, clientVersions: { '2.1.330': 1 } };

describe('what is found on a machine', () => {
  it('is nothing where all is well', () => {
    expect(findingsOf(aMachineReport(settled), WELL)).toEqual([]);
  });

  it('is told by code, the most urgent first', () => {
    const report = aMachineReport({
      ...settled,
      hooks: { ...hooks, installed: 'partly', unreadable: 1 },
      presence: { isKept: true, live: 1, unreadable: 1 },
      transcripts: { files: 1, backlogBytes: 50_000_000, lastReadAt: T0 },
      queuedEvents: 5_000,
      clockSkewMs: -61_000,
      clientVersions: { '2.1.20': 1 },
    });
    const found = findingsOf(report, { claudeFolder: 'unreadable', isSpoolOpen: true, isTokenOpen: true });
    expect(found.slice(0, 3)).toEqual(['claude_folder_unreadable', 'token_open', 'spool_open']);
    const others = ['claude_folder_missing', 'hooks_disabled', 'hooks_unreadable', 'hooks_silent'];
    expect([...found].sort()).toEqual(FINDINGS.filter((finding) => !others.includes(finding)).sort());
  });

  it('is no catch-up after a start', () => {
    const busy = { queuedEvents: 5_000, transcripts: { files: 1, backlogBytes: 50_000_000, lastReadAt: T0 } };
    expect(findingsOf(aMachineReport({ ...settled, ...busy, startedAt: T0 - MINUTE }), WELL)).toEqual([]);
  });

  it('is hooks that say nothing for longer than an answer takes, while a session is at work', () => {
    const silent = (lastReadAt: number, live = 1): string[] =>
      findingsOf(
        aMachineReport({
          ...settled,
          presence: { isKept: true, live, unreadable: 0 },
          hooks: { ...hooks, heardAt: T0 - 20 * MINUTE },
          transcripts: { files: 1, backlogBytes: 0, lastReadAt },
        }),
        WELL,
      );
    expect(silent(T0 - 16 * MINUTE)).toEqual([]);
    expect(silent(T0)).toEqual(['hooks_silent']);
    expect(silent(T0, 0)).toEqual([]);
  });
});

describe('a glance at the machine', () => {
  it('sees a folder that is not there, and files that others can read', () => {
    const root = temporaryFolder('glance');
    const [claudeDir, dataDir] = [join(root, 'claude'), join(root, 'data')];
    expect(glanceAt(claudeDir, dataDir)).toEqual({ ...WELL, claudeFolder: 'missing' });
    mkdirSync(join(claudeDir, 'projects'), { recursive: true });
    mkdirSync(join(dataDir, 'spool'), { recursive: true, mode: 0o755 });
    chmodSync(join(dataDir, 'spool'), 0o755);
    mkdirSync(join(dataDir, 'agent'));
    writeFileSync(credentialsPath(dataDir), '{}');
    chmodSync(credentialsPath(dataDir), 0o644);
    expect(glanceAt(claudeDir, dataDir)).toEqual({
      claudeFolder: 'readable',
      isSpoolOpen: true,
      isTokenOpen: true,
    });
  });

  it('sees a folder that can not be one', () => {
    const root = temporaryFolder('glance');
    writeFileSync(join(root, 'claude'), '');
    expect(glanceAt(join(root, 'claude'), root).claudeFolder).toBe('unreadable');
  });
});
