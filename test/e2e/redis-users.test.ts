import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAccess } from '@crewboard/access';
import { openRedisAccess } from '@crewboard/access/redis';
import { inviteAnswerSchema, joinAnswerSchema, type Session, type SessionEvent } from '@crewboard/contract';
import { aMachineReport, anEvent, aSummary } from '@crewboard/contract/testing';
import { type EventLog, openRedisLog } from '@crewboard/event-log';
import { createKeys } from '@crewboard/event-log/redis';
import { createGateway } from '@crewboard/gateway';
import { logSink } from '@crewboard/ingest';
import { RECORD_KINDS, type RecordKind } from '@crewboard/records';
import { openRedisRecords } from '@crewboard/records/redis';
import { createLogger, createMetrics } from '@crewboard/runtime';
import { createStatusMetrics, createStatusService } from '@crewboard/status';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { untilBoard } from '../support/board.ts';
import { scratchDir } from '../support/program.ts';
import { hasRedisServer } from '../support/redis-process.ts';
import { startRedisWithUsers, type User, writeUsers } from '../support/redis-users.ts';

const quiet = createLogger({ name: 'test', level: 'silent' });

describe.skipIf(!(await hasRedisServer()))('as the users of Redis', () => {
  let redis: Awaited<ReturnType<typeof startRedisWithUsers>>;
  beforeAll(async () => {
    redis = await startRedisWithUsers();
  });
  afterAll(() => redis.stop());

  const openLog = async (user: User): Promise<EventLog> => {
    const log = await openRedisLog(redis.settings(user));
    onTestFinished(() => log.close());
    return log;
  };
  const openAccess = async (user: User) => {
    const access = await openRedisAccess(redis.settings(user));
    onTestFinished(() => access.close());
    return access;
  };

  const startStatus = async () => {
    const stopping = new AbortController();
    const metrics = createStatusMetrics(createMetrics());
    const log = await openLog('status');
    const service = createStatusService({ log, holder: randomUUID(), logger: quiet, metrics, lookAtMachinesMs: 100 });
    const running = service.run(stopping.signal);
    onTestFinished(async () => {
      stopping.abort();
      await running;
    });
    return log;
  };

  const startGateway = async (): Promise<{ url: string; log: EventLog }> => {
    const log = await openLog('gateway');
    const records = await openRedisRecords(redis.settings('gateway'));
    onTestFinished(() => records.close());
    const gateway = await createGateway({
      log,
      access: createAccess(records),
      records,
      logger: quiet,
      registry: createMetrics(),
      webDir: '/nowhere',
      host: '127.0.0.1',
      port: 0,
      openTo: { name: 'Ada', role: 'admin' },
    });
    onTestFinished(() => gateway.close());
    return { url: gateway.url, log };
  };

  const call = async (url: string, method: string, path: string, body?: object, token?: string): Promise<unknown> => {
    const headers = {
      ...(body ? { 'content-type': path === '/api/ingest' ? 'application/x-ndjson' : 'application/json' } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    };
    const response = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  };

  it('each service does its work, and asks for nothing that it may not do', async () => {
    const told = (sessions: readonly Session[]) => sessions.find(({ sessionId }) => sessionId === 'told');

    // A trusted agent, on a log that nobody made before.
    const agent = logSink(await openLog('agent'));
    const { signal } = new AbortController();
    await agent.send(
      [anEvent('PromptSubmitted', { sessionId: 'told', occurredAt: Date.now() })],
      signal,
      () => undefined,
    );
    await agent.report(aMachineReport({ machine: 'trusted' }), signal);

    const status = await startStatus();
    const { url, log: gateway } = await startGateway();
    await untilBoard(url, (sessions) => expect(told(sessions)).toBeDefined());

    // A machine that joins, sends, reports, forgets and is revoked.
    const invited = await call(url, 'POST', '/api/admin/invites', { owner: 'Ben' });
    const code = inviteAnswerSchema.parse(invited).joinCommand.split('#')[1];
    const joined = joinAnswerSchema.parse(await call(url, 'POST', '/api/join', { code, machine: 'laptop' }));
    await call(url, 'GET', '/api/agent', undefined, joined.token);
    const event = anEvent('PromptSubmitted', { sessionId: 'sent', machine: 'laptop', occurredAt: Date.now() });
    await call(url, 'POST', '/api/ingest', event, joined.token);
    await call(url, 'POST', '/api/ingest', { no: 'event' }, joined.token);
    await call(url, 'PUT', '/api/agent/report', aMachineReport({ machine: 'laptop' }), joined.token);
    await untilBoard(url, (sessions) => expect(sessions).toHaveLength(2));
    await call(url, 'GET', '/api/sessions/sent/history');
    expect(await call(url, 'GET', '/api/machines')).toMatchObject({ machines: [{}, {}] });
    await call(url, 'POST', '/api/sessions/sent/hand-over');
    await call(url, 'GET', '/api/notices');
    await call(url, 'GET', '/readyz');
    await call(url, 'POST', '/api/agent/forget', { sessionIds: ['sent'] }, joined.token);
    await untilBoard(url, (sessions) => expect(sessions.map(({ sessionId }) => sessionId)).toEqual(['told']));
    await call(url, 'DELETE', `/api/admin/machines/${joined.machineId}`);

    // What the enricher finds reaches the board.
    const enricher = await openLog('enricher');
    const group = await enricher.group('enricher', 'one');
    expect(await group.read({ count: 10, waitMs: 5000 })).not.toEqual([]);
    await group.ack(await group.claim({ count: 10, minIdleMs: 0 }));
    await enricher.appendChanges([aSummary('told', 'Reads tails')]);
    await enricher.deadLetter({ from: 'enricher', reason: 'none', raw: 'raw', at: 1 });
    await enricher.story('told');
    await enricher.check();
    const records = await openRedisRecords(redis.settings('enricher'));
    onTestFinished(() => records.close());
    for (const kind of ['summary', 'budget', 'notice', 'repository'] as const) {
      await records.update(kind, 'one', () => ({ value: 1 }));
      expect(await records.list(kind)).toEqual([{ id: 'one', value: 1 }]);
    }
    // It follows the whole board for pull requests, and hears of webhooks.
    await enricher.epoch();
    const { changesOffset } = await enricher.load(0);
    await enricher.readChanges(0, { after: '0-0', count: 10 });
    await enricher.readChanges(0, { after: changesOffset, count: 10, waitMs: 1 });
    expect(await records.list('touch')).toEqual([]);
    await untilBoard(url, (sessions) => expect(told(sessions)?.summary).toBeTruthy());

    // What status sets aside, drops and tells.
    await gateway.append([{ type: 'NeverHeardOf', sessionId: 'odd' } as unknown as SessionEvent]);
    const admin = await openLog('admin');
    await expect
      .poll(async () => (await admin.deadLetters(9)).map(({ from }) => from), { timeout: 20_000 })
      .toContain('status');
    await status.trim({ olderThan: 1, maxEntries: 1_000_000 });
    await status.check();

    // A person rebuilds the board, and gives and takes tokens.
    await admin.resetBoard();
    await untilBoard(url, (sessions) => expect(told(sessions)?.summary).toBeTruthy());
    const access = await openAccess('admin');
    await access.invite({ owner: 'Cleo', by: 'Ada' });
    const { machineId, machine } = await access.issue({ machine: 'build', owner: 'Cleo', by: 'Ada' });
    await access.revoke(machineId);
    await admin.removeMachine(machine);

    const test = redis.asTest();
    expect(await test.call('ACL', 'LOG')).toEqual([]);
    test.disconnect();
  }, 90_000);

  const keys = createKeys('crewboard');
  const p = 0;
  const everyKey = [
    ...[keys.events(p), keys.board(p), keys.rows(p), keys.checkpoint(p), keys.history(p), keys.enrichment(p)],
    ...[keys.lease(p), keys.fence(p), keys.epoch, keys.partitions, keys.deadLetters, keys.machines, keys.check(p)],
    ...RECORD_KINDS.map((kind) => keys.records(kind)),
    'of-another-program',
  ];
  const readsOf = (key: string): string[][] => [
    ['GET', key],
    ['HGETALL', key],
    ['HVALS', key],
    ['XRANGE', key, '-', '+'],
    ['XREAD', 'STREAMS', key, '0'],
    ['XREVRANGE', key, '+', '-'],
    ['DUMP', key],
  ];
  const writesOf = (key: string): string[][] => [
    ['SET', key, 'x'],
    ['HSET', key, 'x', 'x'],
    ['HDEL', key, 'x'],
    ['XADD', key, '*', 'x', 'x'],
    ['XDEL', key, '1-1'],
    ['XTRIM', key, 'MAXLEN', '0'],
    ['DEL', key],
    ['UNLINK', key],
    ['RENAME', key, `${key}-2`],
    ['EXPIRE', key, '1'],
  ];
  /** A command within a script is asked for its right too. */
  const inScript = ([command = '', ...args]: string[]): string[] => {
    const call = [command, ...args].map((word) => `'${word}'`).join(', ');
    return ['EVAL', `return redis.call(${call})`, '0'];
  };
  const nobodys = [
    ...['KEYS *', 'SCAN 0', 'FLUSHALL', 'FLUSHDB', 'SHUTDOWN', 'DEBUG SLEEP 0', 'MONITOR', 'SAVE', 'BGREWRITEAOF'],
    ...['CONFIG GET *', 'ACL LIST', 'ACL WHOAMI', 'CLIENT LIST', 'CLIENT KILL TYPE normal', 'REPLICAOF NO ONE'],
    ...['SCRIPT FLUSH', 'FUNCTION LIST', 'SUBSCRIBE any', 'PUBLISH any x', 'RANDOMKEY', 'DBSIZE', 'MODULE LIST'],
    ...['CLUSTER NODES', 'CLUSTER RESET', 'SWAPDB 0 1', 'LATENCY RESET', 'SLOWLOG GET'],
  ].map((line) => line.split(' '));

  /** Which of some commands Redis would let a user run. */
  const allowed = async (user: string, commands: readonly string[][]): Promise<string[]> => {
    const test = redis.asTest();
    try {
      const answers = await Promise.all(commands.map((command) => test.call('ACL', 'DRYRUN', user, ...command)));
      return commands.flatMap((command, at) => (answers[at] === 'OK' ? command.slice(0, 2).join(' ') : []));
    } finally {
      test.disconnect();
    }
  };

  const on = (command: string, ...of: string[]): string[] => of.map((key) => `${command} ${key}`);
  const recordsOf = (...kinds: RecordKind[]): string[] => kinds.map((kind) => keys.records(kind));
  const access = recordsOf('board', 'invite', 'machine', 'name', 'claim', 'viewer');
  const webhooks = recordsOf('delivery', 'touch');
  const enrichers = recordsOf('summary', 'budget', 'notice', 'repository');

  it.each<{ user: User; reads: string[]; writes: string[] }>([
    {
      user: 'gateway',
      reads: [
        ...on('GET', keys.partitions, keys.epoch, keys.checkpoint(p)),
        ...on('HVALS', keys.rows(p), keys.history(p), keys.enrichment(p), keys.machines),
        ...on('HGETALL', ...access, ...webhooks, ...recordsOf('notice')),
        ...on('XRANGE', keys.events(p), keys.board(p), keys.deadLetters),
        'XREAD STREAMS',
      ],
      writes: [
        ...on('SET', keys.check(p)),
        ...on('HSET', keys.machines, ...access, ...webhooks),
        ...on('HDEL', keys.machines, ...access, ...webhooks),
        ...on('XADD', keys.events(p), keys.deadLetters),
        ...on('XDEL', keys.events(p), keys.board(p), keys.deadLetters),
      ],
    },
    {
      user: 'status',
      reads: [
        ...on('GET', keys.partitions, keys.checkpoint(p), keys.lease(p), keys.fence(p)),
        ...on('HVALS', keys.rows(p), keys.enrichment(p), keys.machines),
        'XREAD STREAMS',
      ],
      writes: [
        ...on('SET', keys.check(p), keys.checkpoint(p), keys.lease(p)),
        ...on('HSET', keys.rows(p), keys.history(p)),
        ...on('HDEL', keys.rows(p), keys.history(p), keys.enrichment(p)),
        ...on('XADD', keys.events(p), keys.board(p), keys.deadLetters),
        ...on('XTRIM', keys.events(p), keys.board(p)),
        ...on('DEL', keys.lease(p)),
      ],
    },
    {
      user: 'enricher',
      reads: [
        ...on('GET', keys.partitions, keys.epoch, keys.checkpoint(p)),
        ...on('HVALS', keys.rows(p), keys.enrichment(p)),
        ...on('HGETALL', ...enrichers, ...recordsOf('touch')),
        ...on('XRANGE', keys.board(p)),
        'XREAD STREAMS',
      ],
      writes: [
        ...on('SET', keys.check(p)),
        ...on('HSET', keys.enrichment(p), ...enrichers),
        ...on('HDEL', ...enrichers),
        ...on('XADD', keys.board(p), keys.deadLetters),
      ],
    },
    {
      user: 'agent',
      reads: [...on('GET', keys.partitions)],
      writes: [...on('HSET', keys.machines), ...on('XADD', keys.events(p))],
    },
    {
      user: 'admin',
      reads: [...on('GET', keys.partitions), ...on('HGETALL', ...access), ...on('XREVRANGE', keys.deadLetters)],
      writes: [
        ...on('SET', keys.epoch),
        ...on('HSET', ...access),
        ...on('HDEL', keys.machines, ...access),
        ...on('XTRIM', keys.board(p)),
        ...on('UNLINK', keys.rows(p), keys.checkpoint(p), keys.history(p)),
      ],
    },
  ])('$user may read and write what is its own, and nothing else', async ({ user, reads, writes }) => {
    expect(new Set(await allowed(user, everyKey.flatMap(readsOf)))).toEqual(new Set(reads));
    expect(new Set(await allowed(user, everyKey.flatMap(writesOf)))).toEqual(new Set(writes));
    expect(await allowed(user, nobodys)).toEqual([]);

    const client = redis.as(user);
    try {
      const isOwn = ([command, key]: string[]): boolean => [...reads, ...writes].includes(`${command} ${key}`);
      for (const command of everyKey.flatMap((key) => [...readsOf(key), ...writesOf(key)])) {
        const [name = '', ...args] = command;
        if (isOwn(command) || name === 'XREAD') continue;
        await expect(client.call(name, ...args), command.join(' ')).rejects.toThrow(/NOPERM/);
        const [evalName = '', ...script] = inScript(command);
        await expect(client.call(evalName, ...script), command.join(' ')).rejects.toThrow(
          /NOPERM|ACL failure|The user executing the script can't/,
        );
      }
    } finally {
      client.disconnect();
    }
  });

  it('health may ask whether Redis is there, and backup for all at once; they may do nothing else', async () => {
    const commands = [
      ...everyKey.flatMap((key) => [...readsOf(key), ...writesOf(key)]),
      ...nobodys,
      ['INFO'],
      ['PSYNC', '?', '-1'],
    ];
    expect(await allowed('health', commands)).toEqual([]);
    expect(await allowed('backup', commands)).toEqual(['BGREWRITEAOF', 'PSYNC ?']);
  });

  it('nobody gets in without a name or with another password', async () => {
    const { url } = redis.settings('status');
    await expect(openRedisLog({ url: url.replace('status@', '') })).rejects.toThrow(/NOAUTH/);
    await expect(openRedisLog({ url, password: 'of status: guessed' })).rejects.toThrow(/WRONGPASS/);
  });
});

describe('the file of users', () => {
  const write = async (secrets: Record<string, string>) => {
    const dir = await scratchDir();
    const folder = join(dir, 'secrets');
    await mkdir(folder);
    for (const [name, text] of Object.entries(secrets)) await writeFile(join(folder, name), text);
    const file = join(dir, 'users.acl');
    return { file, output: await writeUsers(folder, file), folder };
  };
  const GATEWAY = { 'redis-gateway-password': 'sixteen letters.\n' };

  it('holds hashes, and no user without a password of its own', async () => {
    const { file, output } = await write({ ...GATEWAY, 'redis-status-password': 'another sixteen.\r\n' });
    const text = await readFile(file, 'utf8');
    expect(text.split('\n').map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'user default off',
      'user health on',
      'user gateway on',
      'user status on',
      '',
    ]);
    for (const hash of ['#dde5d776d876edb1', '#b42e367e62d381f4']) expect(text).toContain(hash);
    expect(text).not.toMatch(/sixteen|[{}](?!\*)/);
    expect(output).toBe('');
  });

  it('is not written, and an old one stays, where a password is short or the gateway has none', async () => {
    const { file, folder } = await write(GATEWAY);
    const before = await readFile(file, 'utf8');
    await writeFile(join(folder, 'redis-admin-password'), 'short');
    await expect(writeUsers(folder, file)).rejects.toThrow(/redis-admin-password is shorter than 16/);
    await rm(join(folder, 'redis-admin-password'));
    await rm(join(folder, 'redis-gateway-password'));
    await expect(writeUsers(folder, file)).rejects.toThrow(/no redis-gateway-password/);
    expect(await readFile(file, 'utf8')).toBe(before);
  });
});
