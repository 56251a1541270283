import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machineReportSchema } from '@crewboard/contract';
import { describe, expect, it } from 'vitest';
import { homeForEach, NOW, until } from '../../test/agent.ts';
import { promptLine, T } from '../../test/entries.ts';

const at = homeForEach();
const { start } = at;

const presence = (pid: number, fields: object = {}): void =>
  writeFileSync(
    join(at.home.sessions, `${pid}.json`),
    JSON.stringify({ pid, sessionId: `session-${pid}`, status: 'idle', version: '2.1.330', ...fields }),
  );

describe('the report of a machine', () => {
  it('comes at once, and again when the board is ready', async () => {
    writeFileSync(
      at.home.transcript('session-1'),
      `${promptLine('Fix it')}\n{"type":"hologram"}\n{"type":"hologram"}\n{"type":\n`,
    );
    presence(process.pid, { status: 'dreaming' });
    writeFileSync(join(at.home.sessions, '17.json'), '{"pid":17');
    writeFileSync(join(at.home.claudeDir, 'settings.json'), '{');
    const agent = start();
    await until('it is told', () => agent.reports.length > 0, 1_000);
    await agent.boardReady;
    await until('it is told again', () => (agent.reports.at(-1)?.transcripts.files ?? 0) > 0, 1_000);
    const report = machineReportSchema.parse(agent.reports.at(-1));
    expect(report).toMatchObject({
      machine: 'devbox',
      owner: 'Dev',
      agentVersion: expect.stringMatching(/^\d+\.\d+\.\d+/),
      platform: process.platform,
      startedAt: NOW,
      at: NOW,
      clockSkewMs: 0,
      hooks: { installed: 'unreadable', heardAt: null, heard: 0, unreadable: 0, waiting: 0 },
      presence: { isKept: true, live: 1, unreadable: 1 },
      transcripts: { files: 1, backlogBytes: 0, lastReadAt: NOW },
      queuedEvents: 0,
      deadLetters: 1,
      unknown: { entryTypes: { hologram: 2 }, hookNames: {}, presenceStatuses: { dreaming: 1 } },
      clientVersions: { '2.1.330': 1 },
    });
  });

  it('lies beside the cursor, for this account only', async () => {
    const agent = start();
    await agent.boardReady;
    const path = join(at.home.dataDir, 'agent', 'report.json');
    await until('it is written', () => existsSync(path));
    expect(machineReportSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).machine).toBe('devbox');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('says how far the clock is off, once that is known', async () => {
    let clockSkewMs: number | null = null;
    const agent = start({
      sink: {
        report: async (report) => {
          agent.reports.push(report);
          clockSkewMs = 90_000;
        },
        standing: () => ({ clockSkewMs, boardVersion: null, trouble: null }),
      },
    });
    await agent.boardReady;
    await until('a second report', () => agent.reports.length > 1);
    expect(agent.reports.map((report) => report.clockSkewMs)).toEqual([null, 90_000]);
  });

  it('counts hooks that were heard', async () => {
    const spool = join(at.home.dataDir, 'spool');
    mkdirSync(spool, { recursive: true, mode: 0o700 });
    const payload = {
      session_id: 'session-1',
      cwd: at.home.home,
      hook_event_name: 'UserPromptSubmit',
      prompt: 'Fix it',
    };
    writeFileSync(join(spool, '1.json'), JSON.stringify(payload));
    writeFileSync(join(spool, '2.json'), JSON.stringify({ ...payload, hook_event_name: 'Levitated' }));
    const agent = start();
    await agent.boardReady;
    expect(agent.prompts()).toEqual(['Fix it']);
    await until('they are counted', () => agent.reports.at(-1)?.hooks.heard === 2);
    expect(agent.reports.at(-1)).toMatchObject({ hooks: { waiting: 0 }, unknown: { hookNames: { Levitated: 1 } } });
    expect(await agent.registry.metrics()).toMatch(/^crewboard_ingest_hook_payloads 2$/m);
  });

  it('that does not arrive, or is never answered, holds up nothing', async () => {
    writeFileSync(at.home.transcript('session-1'), `${promptLine('Fix it', {}, T)}\n`);
    let tries = 0;
    const agent = start({
      sink: {
        report: () => {
          tries++;
          return tries === 1 ? Promise.reject(new Error('no')) : new Promise(() => undefined);
        },
      },
    });
    await agent.caughtUp;
    await until('it was tried again', () => tries === 2);
    expect(agent.prompts()).toEqual(['Fix it']);
    const stopping = performance.now();
    await agent.stop();
    expect(performance.now() - stopping).toBeLessThan(1_000);
  });
});
