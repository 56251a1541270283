import { createHmac, randomUUID } from 'node:crypto';
import { createAccess } from '@crewboard/access';
import { anEvent } from '@crewboard/contract/testing';
import { runEnricher } from '@crewboard/enricher';
import { openEmbeddedLog } from '@crewboard/event-log';
import { createGateway } from '@crewboard/gateway';
import { openEmbeddedRecords } from '@crewboard/records/embedded';
import { createLogger, createMetrics, parseConfig } from '@crewboard/runtime';
import { createStatusMetrics, createStatusService } from '@crewboard/status';
import { expect, onTestFinished, test } from 'vitest';
import { enricherConfigSchema } from '../../services/enricher/src/config.ts';
import { SHA, startGithub } from '../../services/enricher/test/stub-github.ts';
import { untilBoard } from '../support/board.ts';
import { scratchDir } from '../support/program.ts';

const SECRET = 'what GitHub and the board know';
const logger = createLogger({ name: 'test', level: 'silent' });

test('a session’s pull request reaches the board by what it committed, and a webhook brings what became of it', async () => {
  const github = await startGithub();
  const pull = {
    number: 7,
    branch: 'elsewhere',
    head: SHA('a'),
    runs: [{ name: 'lint', status: 'in_progress', conclusion: null as string | null }],
    isMerged: false,
  };
  github.repositories.set('acme/widgets', { pulls: [pull] });

  const log = await openEmbeddedLog({ dir: await scratchDir(), partitions: 2 });
  const records = await openEmbeddedRecords({ dir: await scratchDir() });
  const registry = createMetrics();
  const gateway = await createGateway({
    log,
    access: createAccess(records),
    records,
    logger,
    registry,
    webDir: '/nowhere',
    host: '127.0.0.1',
    port: 0,
    openTo: { name: 'Ada', role: 'admin' },
    webhookSecret: SECRET,
  });
  const stop = new AbortController();
  const settings = parseConfig(enricherConfigSchema, {
    REDIS_URL: 'redis://127.0.0.1:1',
    CREWBOARD_SUMMARIES: 'off',
    GITHUB_TOKEN: 'good',
    GITHUB_API_URL: github.url,
  });
  const status = createStatusService({ log, holder: randomUUID(), logger, metrics: createStatusMetrics(registry) });
  const running = Promise.all([
    status.run(stop.signal),
    runEnricher({ log, records, settings, logger, registry }, stop.signal),
  ]);
  onTestFinished(async () => {
    stop.abort();
    await running;
    await gateway.close();
    await records.close();
    await log.close();
  });

  const at = Date.now();
  const of = { sessionId: 'a', occurredAt: at };
  await log.append([
    anEvent('SessionLocated', { ...of, position: 1, data: { remote: '127.0.0.1/acme/widgets', branch: 'main' } }),
    anEvent('PromptSubmitted', { ...of, position: 2 }),
    anEvent('CommitMade', { ...of, position: 3, data: { sha: 'aaaaaaa' } }),
    anEvent('TurnEnded', { ...of, position: 4 }),
  ]);
  await untilBoard(gateway.url, ([session]) => {
    expect(session?.pullRequest).toMatchObject({
      number: 7,
      linkedBy: 'commit',
      checks: [{ name: 'lint', state: 'pending' }],
    });
  });

  const hook = async (event: string, action: string): Promise<void> => {
    const body = JSON.stringify({ action, at: randomUUID(), repository: { full_name: 'acme/widgets' } });
    const signature = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
    const headers = { 'content-type': 'application/json', 'x-github-event': event, 'x-hub-signature-256': signature };
    const answer = await fetch(`${gateway.url}/api/webhooks/github`, { method: 'POST', body, headers });
    expect(answer.status).toBe(202);
  };
  pull.runs = [{ name: 'lint', status: 'completed', conclusion: 'failure' }];
  await hook('check_run', 'completed');
  await untilBoard(gateway.url, ([session]) => {
    expect(session?.pullRequest?.checks).toMatchObject([
      { name: 'lint', state: 'failed', url: 'https://ci.example/lint' },
    ]);
  });
  pull.isMerged = true;
  await hook('pull_request', 'closed');
  await untilBoard(gateway.url, ([session]) => expect(session?.pullRequest?.state).toBe('merged'));
}, 60_000);
