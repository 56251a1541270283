import { once } from 'node:events';
import { request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { expect, it, onTestFinished, vi } from 'vitest';
import { HIDDEN, NEVER, plantCanaries, SECRETS } from '../../services/ingest/test/canaries.ts';
import { launchChromium } from '../support/chromium.ts';
import { scratchDir, startProgram } from '../support/program.ts';
import { dumpOf } from '../support/redis-dump.ts';
import { PASSWORD, PATIENCE, startTeamBoard } from '../support/team-board.ts';

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

it('what is secret or private on a machine stands nowhere behind its agent', { timeout: 180_000 }, async () => {
  const model = await startModel();
  // Nothing is left unsaid: a log that is asked for everything must not hold it either.
  const enricherEnv = { ANTHROPIC_API_KEY: 'sk-none', ANTHROPIC_BASE_URL: model.url };
  const board = await startTeamBoard({ logLevel: 'debug', enricherEnv });

  const home = await scratchDir();
  const claudeDir = join(home, '.claude');
  const dataDir = join(home, '.crewboard');
  plantCanaries({ home, claudeDir, dataDir }, Date.now() - 60_000);
  const wiretap = await startWiretap(board.port);
  const token = await board.issueToken('laptop', 'Mara');
  const agent = startProgram('crewboard.js', ['agent'], {
    HOME: home,
    CLAUDE_CONFIG_DIR: claudeDir,
    CREWBOARD_DATA_DIR: dataDir,
    CREWBOARD_URL: wiretap.url,
    CREWBOARD_TOKEN: token,
    LOG_LEVEL: 'debug',
  });
  // All three sessions are there, each with what its tier lets through: the canaries were read.
  await vi.waitFor(async () => expect((await board.client.sessions()).size).toBe(3), PATIENCE);
  await vi.waitFor(async () => {
    const texts = JSON.stringify([...(await board.client.sessions()).values()]);
    for (const label of ['PROMPT', 'TITLE', 'INPUT']) expect(texts).toContain(`CANARY-${label}`);
  }, PATIENCE);

  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(board.url);
  await page.getByLabel('Name').fill('Lea');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('CANARY-TITLE').first().waitFor();

  // The enricher takes its time before it asks; what it asks is looked at, too.
  await vi.waitFor(() => expect(model.asked.length).toBeGreaterThan(0), { timeout: 90_000, interval: 200 });
  const api = ['/api/board', '/api/machines'].map(async (path) => (await board.client.request(path)).text());
  const places = {
    redis: await dumpOf(board.redis.url),
    bodies: wiretap.bodies.join('\n'),
    'logs of the services': board.services.map((service) => service.output()).join('\n'),
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
});
