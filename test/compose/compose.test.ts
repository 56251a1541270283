import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type BoardClient, createBoardClient, until } from '../support/board-client.ts';
import { type ComposeProject, openComposeProject } from '../support/engine.ts';
import { openFeed } from '../support/feed.ts';
import { freePort } from '../support/port.ts';
import { makeScratchFolder, openRecording, type Recording } from '../support/recording.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const projectName = `crewboard-test-${randomBytes(4).toString('hex')}`;
const FIRST_CARD_MS = 120_000;
const GOES_ON_MS = 10_000;

let project: ComposeProject;
let url: string;
let board: BoardClient;
let cookie: string;
let scratch: string;
let claudeDir: string;
let first: Recording;
let second: Recording;
let agent: ChildProcess | undefined;
/** Of a machine that a program set up. */
let token: string;
/** What nobody may find anywhere but in the files of secrets. */
const secrets: string[] = [];

const showLogs = async (error?: unknown): Promise<void> => {
  console.log(await project.compose('ps'), await project.compose('logs', '--tail=40'));
  if (error) throw error;
};

/** In a container that runs. */
const inside = (service: string, ...command: string[]): Promise<string> =>
  project.compose('exec', '-T', service, ...command);
const secretOf = async (service: string, name: string): Promise<string> => {
  const secret = (await inside(service, 'cat', `/run/crewboard/${name}`)).trim();
  expect(secret).toMatch(/^[\w-]{24}$/);
  secrets.push(secret);
  return secret;
};

const startAgent = (claudeDir: string, code: string): ChildProcess =>
  spawn(process.execPath, [join(root, 'cli/dist/crewboard.js'), 'agent', '--join', `${url}#${code}`], {
    env: {
      PATH: process.env.PATH,
      HOME: scratch,
      CLAUDE_CONFIG_DIR: claudeDir,
      CREWBOARD_DATA_DIR: join(scratch, 'data'),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });

/** So many sessions that each partition has some. */
const sessionsNamed = (name: string): string[] => Array.from({ length: 24 }, (_, index) => `${name}-${index}`);

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  board = createBoardClient(url);
  // A network of its own, so that a board that runs on this machine is not in the way.
  const edge = `198.18.${randomInt(100, 250)}`;
  project = await openComposeProject({
    name: projectName,
    folder: root,
    env: {
      CREWBOARD_IMAGE: 'crewboard:test',
      CREWBOARD_PORT: String(port),
      CREWBOARD_EDGE: edge,
      CREWBOARD_TRUST_PROXY: `${edge}.2`,
    },
  });
  scratch = await makeScratchFolder();
});

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await showLogs();
});

afterAll(async () => {
  agent?.kill();
  await project?.compose('down', '--volumes', '--timeout', '5');
  if (scratch) await rm(scratch, { recursive: true, force: true });
});

it('comes from nothing to the first card in less than two minutes', async () => {
  const begunAt = performance.now();
  await project.compose('build');
  const builtAt = performance.now();
  // Their sessions take place now: what is older would count as over.
  claudeDir = join(scratch, 'claude');
  await mkdir(claudeDir);
  first = await openRecording(claudeDir, 'approve');
  await first.begin();
  await project.compose('up', '-d', '--scale', 'status=3');
  await until(board.isReady).catch(showLogs);
  const printed = await inside('gateway', 'crewboard', 'token', 'invite', '--owner', 'Mara King');
  const code = /cbi_[\w-]+\.[\w-]+/.exec(printed)?.[0];
  expect(code, printed).toBeDefined();
  agent = startAgent(claudeDir, code ?? '');
  cookie = await board.signIn('Mara King', await secretOf('gateway', 'password'));
  const card = await until(async () => {
    const session = (await board.sessions()).get(first.sessionId);
    expect(session).toBeDefined();
    return session;
  });
  const doneAt = performance.now();
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  console.log(
    `from nothing to the first card: ${seconds(doneAt - begunAt)}, ` +
      `${seconds(builtAt - begunAt)} of it for the image and ${seconds(doneAt - builtAt)} from \`up\``,
  );
  expect(card).toMatchObject({
    ended: false,
    owner: 'Mara King',
    goal: 'SCENARIO:bash please',
    cwd: '/home/dev/widgets',
  });
  // What the image takes is the network's and the machine's.
  expect(doneAt - builtAt).toBeLessThan(FIRST_CARD_MS);
});

it('serves the web page, and is healthy in all its parts', async () => {
  const page = await board.request('/');
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toContain('<div id="app"');
  await until(async () => {
    const ofProject = `label=com.docker.compose.project=${projectName}`;
    const states = await project.docker('ps', '--filter', ofProject, '--format', '{{.Status}}');
    expect(states.trim().split('\n')).toEqual(Array(6).fill(expect.stringContaining('(healthy)')));
  });
});

it('shows nothing to whoever is not signed in, and takes events from machines that joined alone', async () => {
  const stranger = createBoardClient(url);
  expect((await stranger.request('/api/board')).status).toBe(401);
  expect((await stranger.request('/metrics')).status).toBe(401);
  expect((await stranger.post([], 'cbm_nobody.a-guess')).status).toBe(401);
  const authorization = `Bearer ${await secretOf('gateway', 'metrics-token')}`;
  const metrics = await stranger.request('/metrics', { headers: { authorization } });
  expect(await metrics.text()).toContain('crewboard_');

  const printed = await inside('gateway', 'crewboard', 'token', 'issue', '--machine', 'ci-1', '--owner', 'CI');
  token = /cbm_[\w-]+\.[\w-]+/.exec(printed)?.[0] ?? '';
  expect((await stranger.request('/api/board', { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
  await board.seeSessions(['posted-by-hand'], token);
});

it('shows what an agent outside of the containers sees, live', async () => {
  const feed = await openFeed(url, cookie);
  await until(() => expect(feed.messages[0]?.kind).toBe('snapshot'));
  expect(feed.board().sessions.get(first.sessionId)).toMatchObject({ ended: false });
  await first.finish();
  await until(() => expect(feed.board().sessions.get(first.sessionId)).toMatchObject({ status: 'idle', ended: true }));
  expect(feed.messages.at(-1)?.kind).toBe('change');
  feed.close();
});

it('locks its containers: no root, nothing to write to, no capabilities, bounded memory', async () => {
  const ids = (await project.compose('ps', '-q')).trim().split('\n');
  for (const id of ids) {
    const [container] = JSON.parse(await project.docker('inspect', id));
    const { Name: name, HostConfig: host, Config: config } = container;
    expect(host, name).toMatchObject({
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
    });
    expect(host.Memory, name).toBeGreaterThan(0);
    expect(host.PidsLimit, name).toBeGreaterThan(0);
    expect(host.LogConfig.Config, name).toMatchObject({ 'max-size': '10m' });
    if (!name.includes('setup')) expect(config.User, name).toMatch(/^(node|redis)$/);
  }
  await expect(inside('gateway', 'touch', '/app/cli/dist/x')).rejects.toThrow(/[Rr]ead-only/);
});

it('keeps its secrets in files, each for the service that needs it', async () => {
  expect((await inside('status', 'ls', '/run/crewboard')).trim()).toBe('redis-password');
  expect((await inside('enricher', 'ls', '/run/crewboard')).trim().split('\n')).toEqual([
    'anthropic-api-key',
    'github-app-private-key',
    'github-token',
    'redis-password',
  ]);
  for (const service of ['gateway', 'status', 'enricher']) await secretOf(service, 'redis-password');
  await secretOf('gateway', 'admin-password');
  const ids = (await project.compose('ps', '-q')).trim().split('\n');
  const told = `${await project.docker('inspect', ...ids)}${await project.compose('logs', '--no-color')}`;
  for (const secret of [...secrets, token]) expect(told.includes(secret)).toBe(false);
});

it('lets each service do in Redis what it does, and nothing else', async () => {
  const redis = async (service: string, ...command: string[]): Promise<string> => {
    const password = `REDISCLI_AUTH=${await secretOf(service, 'redis-password')}`;
    return project.compose('exec', '-T', '-e', password, 'redis', 'redis-cli', '--user', service, ...command);
  };
  expect(await inside('redis', 'redis-cli', 'get', 'crewboard:partitions')).toContain('NOAUTH');
  expect(await redis('status', 'hvals', 'crewboard:machines')).toContain('Mara King');
  const forbidden: [string, ...string[]][] = [
    ['status', 'hgetall', 'crewboard:records:machine'],
    ['status', 'config', 'get', '*'],
    ['enricher', 'hgetall', 'crewboard:records:viewer'],
    ['enricher', 'del', 'crewboard:events:{0}'],
    ['gateway', 'del', 'crewboard:rows:v1:{0}'],
    ['gateway', 'keys', '*'],
    ['gateway', 'flushall'],
  ];
  for (const [service, ...command] of forbidden) {
    expect(await redis(service, ...command), `${service}: ${command.join(' ')}`).toContain('NOPERM');
  }
});

it('keeps every session when Redis is started again, and goes on', async () => {
  const before = [...(await board.sessions()).keys()].sort();
  await project.compose('restart', 'redis');
  await until(board.isReady);
  expect([...(await board.sessions()).keys()].sort()).toEqual(before);
  await board.seeSessions(['after-the-restart'], token);
  second = await openRecording(claudeDir, 'question');
  await second.begin();
  await until(async () => expect([...(await board.sessions()).keys()]).toContain(second.sessionId));
});

it('goes on within ten seconds when a status replica is killed, and when another crashes', async () => {
  const [replica = '', other = ''] = (await project.compose('ps', '-q', 'status')).trim().split('\n');
  const killedAt = performance.now();
  await project.docker('kill', '--signal=KILL', replica);
  await board.seeSessions(sessionsNamed('after-the-kill'), token);
  const tookMs = performance.now() - killedAt;
  console.log(`one of three status replicas killed: all partitions went on after ${(tookMs / 1_000).toFixed(1)} s`);
  expect(tookMs).toBeLessThan(GOES_ON_MS);

  // Every process of the container but its init, which ends then: a crash, after which the engine starts it again.
  await project.docker('exec', other, 'sh', '-c', 'kill -9 -1');
  await until(async () => {
    expect((await project.docker('inspect', '--format', '{{.RestartCount}}', other)).trim()).toBe('1');
  });
  await board.seeSessions(sessionsNamed('after-the-crash'), token);
  await second.finish();
  await until(async () => expect((await board.sessions()).get(second.sessionId)).toMatchObject({ ended: true }));
});

it('is back from a backup on an empty volume, with its sessions, its machines and who was signed in', async () => {
  const before = [...(await board.sessions()).keys()].sort();
  const backup = join(scratch, 'board.rdb');
  await project.script('deploy/backup.sh', backup);
  await project.compose('down', '--timeout', '5');
  await project.docker('volume', 'rm', `${projectName}_redis-data`);

  await project.script('deploy/restore.sh', backup);
  await until(board.isReady).catch(showLogs);
  expect([...(await board.sessions()).keys()].sort()).toEqual(before);
  await board.seeSessions(['after-the-restore'], token);
});
