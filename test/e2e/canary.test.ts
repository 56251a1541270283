import { once } from 'node:events';
import { request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { HIDDEN, NEVER, plantCanaries, SECRETS } from '../../services/ingest/test/canaries.ts';
import { createBoardClient } from '../support/board-client.ts';
import { launchChromium } from '../support/chromium.ts';
import { freePort } from '../support/port.ts';
import { scratchDir, startCommand, startProgram } from '../support/program.ts';
import { startRedis } from '../support/redis.ts';

const PASSWORD = 'a password of the team';
const PATIENCE = { timeout: 60_000, interval: 50 };
const crewboard = fileURLToPath(new URL('../../cli/bin/crewboard.js', import.meta.url));

/** Passes requests on to the board, and keeps every body that goes past, as text. */
const startWiretap = async (boardPort: number) => {
  const bodies: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const isGzip = incoming.headers['content-encoding'] === 'gzip';
    bodies.push((isGzip ? gunzipSync(body) : body).toString());
    const { method, url, headers } = incoming;
    const onward = ask({ host: '127.0.0.1', port: boardPort, method, path: url, headers }, async (answer) => {
      const said = await buffer(answer);
      bodies.push(said.toString());
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(said);
    });
    onward.on('error', () => outgoing.destroy()).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
};

/** A model that answers nobody, and keeps what it was asked. */
const startModel = async () => {
  const asked: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    asked.push((await buffer(incoming)).toString());
    outgoing.writeHead(529).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
};

/** All that a Redis holds, as text. */
const dumpOf = async (url: string): Promise<string> => {
  const redis = new Redis(url);
  try {
    const texts: string[] = [];
    for (const key of await redis.keys('*')) {
      const kind = await redis.type(key);
      if (kind === 'stream') texts.push(JSON.stringify(await redis.xrange(key, '-', '+')));
      else if (kind === 'hash') texts.push(JSON.stringify(await redis.hgetall(key)));
      else if (kind === 'string') texts.push((await redis.get(key)) ?? '');
      else throw new Error(`${key} is a ${kind}, and nobody looked into it`);
      texts.push(key);
    }
    return texts.join('\n');
  } finally {
    redis.disconnect();
  }
};

it('what is secret or private on a machine stands nowhere behind its agent', { timeout: 180_000 }, async () => {
  const redis = await startRedis();
  const model = await startModel();
  const port = await freePort();
  // Nothing is left unsaid: a log that is asked for everything must not hold it either.
  const env = { REDIS_URL: redis.url, LOG_LEVEL: 'debug' };
  const services = [
    startProgram('services/gateway.js', [], { ...env, PORT: String(port), CREWBOARD_PASSWORD: PASSWORD }),
    startProgram('services/status.js', [], { ...env, HEALTH_PORT: String(await freePort()) }),
    startProgram('services/enricher.js', [], {
      ...env,
      HEALTH_PORT: String(await freePort()),
      ANTHROPIC_API_KEY: 'sk-none',
      ANTHROPIC_BASE_URL: model.url,
    }),
  ];
  const board = createBoardClient(`http://127.0.0.1:${port}`);
  await vi.waitFor(() => board.isReady(), PATIENCE);
  await board.signIn('Lea', PASSWORD);

  const home = await scratchDir();
  const claudeDir = join(home, '.claude');
  const dataDir = join(home, '.crewboard');
  plantCanaries({ home, claudeDir, dataDir }, Date.now() - 60_000);
  const wiretap = await startWiretap(port);
  const issue = startCommand(
    process.execPath,
    [crewboard, 'token', 'issue', '--machine', 'laptop', '--owner', 'Mara'],
    {
      REDIS_URL: redis.url,
    },
  );
  expect(await issue.exited).toBe(0);
  const token = /cbm_\S+/.exec(issue.output())?.[0] ?? '';
  const agent = startProgram('crewboard.js', ['agent'], {
    HOME: home,
    CLAUDE_CONFIG_DIR: claudeDir,
    CREWBOARD_DATA_DIR: dataDir,
    CREWBOARD_URL: wiretap.url,
    CREWBOARD_TOKEN: token,
    LOG_LEVEL: 'debug',
  });
  // All three sessions are there, each with what its tier lets through: the canaries were read.
  await vi.waitFor(async () => expect((await board.sessions()).size).toBe(3), PATIENCE);
  await vi.waitFor(async () => {
    const texts = JSON.stringify([...(await board.sessions()).values()]);
    for (const label of ['PROMPT', 'TITLE', 'INPUT']) expect(texts).toContain(`CANARY-${label}`);
  }, PATIENCE);

  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port}`);
  await page.getByLabel('Name').fill('Lea');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('CANARY-TITLE').first().waitFor();

  const api = ['/api/board', '/api/machines'].map(async (path) => (await board.request(path)).text());
  const places = {
    redis: await dumpOf(redis.url),
    bodies: wiretap.bodies.join('\n'),
    'logs of the services': services.map((service) => service.output()).join('\n'),
    page: await page.content(),
    api: (await Promise.all(api)).join('\n'),
    'questions to a model': model.asked.join('\n'),
  };
  for (const [place, text] of Object.entries({ ...places, 'log of the agent': agent.output() })) {
    for (const secret of [...SECRETS, ...HIDDEN, NEVER, token]) {
      expect(text.includes(secret), `${secret.slice(0, 12)}… stands in ${place}`).toBe(false);
    }
  }
  // The agent's own log, on its own machine, may name a folder. Behind it nothing does, and no log repeats what was said.
  for (const [place, text] of Object.entries(places)) {
    expect(text.includes(home), `the home folder's path stands in ${place}`).toBe(false);
  }
  for (const text of [places['logs of the services'], agent.output()]) {
    expect(text).not.toMatch(/CANARY-(PROMPT|REPLY|INPUT|TITLE|DESCRIPTION|TASK|MESSAGE)/);
  }
  expect(places.bodies.length).toBeGreaterThan(1_000);
  for (const program of [agent, ...services]) await program.stop();
  await redis.stop();
});
