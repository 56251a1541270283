import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type Session, type SessionEvent, sessionSchema } from '@crewboard/contract';
import { anEvent } from '@crewboard/contract/testing';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type ComposeProject, openComposeProject } from '../support/engine.ts';
import { freePort } from '../support/port.ts';
import { makeScratchFolder, openRecording, type Recording } from './claude-folder.ts';
import { openFeed } from './feed.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const boardSchema = z.object({ offset: z.string(), sessions: z.array(sessionSchema) });

const token = randomBytes(24).toString('base64url');
const projectName = `crewboard-test-${randomBytes(4).toString('hex')}`;

let project: ComposeProject;
let url: string;
let scratch: string;
let first: Recording;
let second: Recording;
let agent: ChildProcess | undefined;

const until = <Value>(check: () => Value | Promise<Value>, timeout = 60_000): Promise<Value> =>
  vi.waitFor(check, { timeout, interval: 200 });

/** Gives up soon: a request that came while a container was starting may never be answered. */
const request = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(5_000) });

const isReady = async (): Promise<void> => {
  expect((await request('/readyz')).status).toBe(200);
};

const sessions = async (): Promise<Map<string, Session>> => {
  const board = boardSchema.parse(await (await request('/api/board')).json());
  return new Map(board.sessions.map((session) => [session.sessionId, session]));
};

const post = (events: readonly SessionEvent[], bearer = token): Promise<Response> =>
  request('/api/ingest', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${bearer}`,
      'content-type': 'application/x-ndjson',
      'content-encoding': 'gzip',
    },
    body: gzipSync(events.map((event) => `${JSON.stringify(event)}\n`).join('')),
  });

/** Posts a prompt of a session that nobody has seen, and waits until it is on the board. */
const seeSession = async (sessionId: string): Promise<void> => {
  const of = { sessionId, stream: `transcript:${sessionId}`, occurredAt: Date.now() };
  // What was refused or lost on the way is sent again, as an agent would: repeats are known.
  const events = [anEvent('SessionLocated', of), anEvent('PromptSubmitted', of)];
  await until(async () => expect((await post(events)).ok).toBe(true));
  await until(async () => expect([...(await sessions()).keys()]).toContain(sessionId));
};

const showLogs = async (error?: unknown): Promise<void> => {
  console.log(await project.compose('ps'), await project.compose('logs', '--tail=40'));
  if (error) throw error;
};

const startAgent = (claudeDir: string): ChildProcess =>
  spawn(process.execPath, [join(root, 'cli/dist/crewboard.js'), 'agent'], {
    env: {
      PATH: process.env.PATH,
      HOME: scratch,
      CLAUDE_CONFIG_DIR: claudeDir,
      CREWBOARD_DATA_DIR: join(scratch, 'data'),
      CREWBOARD_URL: url,
      CREWBOARD_INGEST_TOKEN: token,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  project = await openComposeProject({
    name: projectName,
    folder: root,
    env: { CREWBOARD_IMAGE: 'crewboard:test', CREWBOARD_INGEST_TOKEN: token, CREWBOARD_PORT: String(port) },
  });
  scratch = await makeScratchFolder();
  await project.compose('build');
  await project.compose('up', '-d', '--scale', 'status=2');
  await until(isReady).catch(showLogs);
});

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await showLogs();
});

afterAll(async () => {
  agent?.kill();
  await project?.compose('down', '--volumes', '--timeout', '5');
  if (scratch) await rm(scratch, { recursive: true, force: true });
});

it('serves the web page and answers as healthy', async () => {
  const page = await request('/');
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toContain('<div id="app"');
  await until(async () => {
    const ofProject = `label=com.docker.compose.project=${projectName}`;
    const states = await project.docker('ps', '--filter', ofProject, '--format', '{{.Status}}');
    expect(states.trim().split('\n')).toEqual(Array(5).fill(expect.stringContaining('(healthy)')));
  });
});

it('takes events from whoever has the token, and from nobody else', async () => {
  const event = anEvent('PromptSubmitted', { sessionId: 'stranger', occurredAt: Date.now() });
  expect((await post([event], 'a-guess')).status).toBe(401);
  await seeSession('posted-by-hand');
  expect([...(await sessions()).keys()]).not.toContain('stranger');
});

it('shows what an agent outside of the containers sees, live', async () => {
  const claudeDir = join(scratch, 'claude');
  await mkdir(claudeDir);
  first = await openRecording(claudeDir, 'approve');
  second = await openRecording(claudeDir, 'question');
  await first.begin();
  agent = startAgent(claudeDir);
  const atWork = await until(async () => {
    const session = (await sessions()).get(first.sessionId);
    expect(session).toBeDefined();
    return session;
  });
  expect(atWork).toMatchObject({ ended: false, goal: 'SCENARIO:bash please', cwd: '/home/dev/widgets' });

  const feed = await openFeed(url);
  await until(() => expect(feed.messages[0]?.kind).toBe('snapshot'));
  const statusBefore = feed.board().sessions.get(first.sessionId)?.status;
  await first.finish();
  await until(() => expect(feed.board().sessions.get(first.sessionId)?.status).toBe('waiting_for_input'));
  expect(statusBefore).not.toBe('waiting_for_input');
  expect(feed.messages.at(-1)?.kind).toBe('change');
  feed.close();
});

it('keeps every session when Redis is started again, and goes on', async () => {
  const before = [...(await sessions()).keys()].sort();
  await project.compose('restart', 'redis');
  await until(isReady);
  expect([...(await sessions()).keys()].sort()).toEqual(before);
  await seeSession('after-the-restart');
  await second.begin();
  await until(async () => expect([...(await sessions()).keys()]).toContain(second.sessionId));
});

it('goes on when a status replica is killed, and when the other crashes', async () => {
  const [replica = '', other = ''] = (await project.compose('ps', '-q', 'status')).trim().split('\n');
  await project.docker('kill', '--signal=KILL', replica);
  await seeSession('after-the-kill');

  // Every process of the container but its init, which ends then: a crash, after which the engine starts it again.
  await project.docker('exec', other, 'sh', '-c', 'kill -9 -1');
  await until(async () => {
    expect((await project.docker('inspect', '--format', '{{.RestartCount}}', other)).trim()).toBe('1');
  });
  await seeSession('after-the-crash');
  await second.finish();
  await until(async () => expect((await sessions()).get(second.sessionId)?.status).toBe('waiting_for_input'));
});
