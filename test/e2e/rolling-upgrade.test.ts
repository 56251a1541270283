import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openRedisAccess } from '@crewboard/access/redis';
import type { Session } from '@crewboard/contract';
import { openRedisLog } from '@crewboard/event-log';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createEntryWriter } from '../../bench/tree/entries.ts';
import { createRandom } from '../../cli/src/demo/random.ts';
import { sessionsOf } from '../support/board.ts';
import { buildNextRelease, type Edit } from '../support/next-release.ts';
import { freePort } from '../support/port.ts';
import { type Program, scratchDir, startCommand } from '../support/program.ts';
import { startRedis } from '../support/redis.ts';

const PATIENCE = { timeout: 60_000, interval: 50 };
const DIST = join(import.meta.dirname, '../../cli/dist/services');

/** The next release says of a prompt how many words it has: another shape of one event, and a board that shows it. */
const EDITS: readonly Edit[] = [
  {
    file: 'packages/contract/src/events.ts',
    from: /(event\('PromptSubmitted', \{)([\s\S]*?)\n\}\);/,
    to: '$1\n  words: count,$2\n}, 2);',
  },
  {
    file: 'packages/contract/src/upcast.ts',
    from: /(const steps: .*) = \{\};/,
    to: `$1 = {
      PromptSubmitted: { 1: (event: any) => ({ ...event, schemaVersion: 2, data: { ...event.data, words: 0 } }) },
    };`,
  },
  { file: 'packages/contract/src/changes.ts', from: /BOARD_VERSION = \d+/, to: 'BOARD_VERSION = 1000' },
  {
    file: 'services/ingest/src/privacy/policy.ts',
    from: /(PromptSubmitted: \(.*?\) => \(\{)/,
    to: "$1 words: text.split(' ').length,",
  },
  {
    file: 'services/status/src/views/facts.ts',
    from: /\{ value: shown\(text\), at, transcript \}/,
    to: "{ value: shown(text) + ' (' + event.data.words + ' words)', at, transcript }",
  },
];

/** A developer's machine. */
const createLaptop = async (machine: string, token: string) => {
  const home = await scratchDir();
  const random = createRandom(machine.length);
  const writers = new Map<string, ReturnType<typeof createEntryWriter>>();
  const cwd = `/home/dev/${machine}`;
  const folder = join(home, '.claude/projects', cwd.replaceAll('/', '-'));
  mkdirSync(folder, { recursive: true });
  return {
    /** A prompt, and the end of its turn. */
    ask: (sessionId: string, text: string): void => {
      const writer =
        writers.get(sessionId) ??
        createEntryWriter({ sessionId, cwd, branch: 'main', model: 'claude-opus-4-8', agentId: null }, random);
      writers.set(sessionId, writer);
      const use = { input: 10, output: 20, cacheRead: 30, cacheWrite: 40 };
      const head = { id: `msg_${random.hex(24)}`, stopReason: 'end_turn' as const, use };
      const lines = [
        writer.prompt(Date.now(), text),
        writer.assistant(Date.now(), head, { type: 'text', text: 'Done' }, 0),
        writer.turnDuration(Date.now(), 1, 2),
      ];
      appendFileSync(join(folder, `${sessionId}.jsonl`), lines.join(''));
    },
    startAgent: (program: string, board: string): Program =>
      startCommand(process.execPath, [program], {
        HOME: home,
        CLAUDE_CONFIG_DIR: join(home, '.claude'),
        CREWBOARD_DATA_DIR: join(home, '.crewboard'),
        CREWBOARD_URL: board,
        CREWBOARD_TOKEN: token,
        CREWBOARD_MACHINE: machine,
        CREWBOARD_PRIVACY: 'full',
      }),
  };
};

it('two releases run beside one another, one is rolled back and comes again: each board shows all that its release can read', {
  timeout: 240_000,
}, async () => {
  const next = await buildNextRelease(await scratchDir(), EDITS);
  const now = (name: string): string => join(DIST, `${name}.js`);
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const service = (program: string, env: Record<string, string> = {}): Program =>
    startCommand(process.execPath, [program], { REDIS_URL: redis.url, HEALTH_PORT: '0', LOG_LEVEL: 'warn', ...env });
  const startGateway = async (program: string) => {
    const port = await freePort();
    const gateway = service(program, { PORT: String(port) });
    const url = `http://127.0.0.1:${port}`;
    await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).ok).toBe(true), PATIENCE);
    return { url, stop: gateway.stop };
  };
  const shows = (url: string, ...sessions: readonly Partial<Session>[]): Promise<void> =>
    vi.waitFor(async () => {
      const shown = await sessionsOf(url);
      expect(shown).toMatchObject(sessions.map((session) => ({ status: 'waiting_for_input', ...session })));
    }, PATIENCE);

  // The board of today, with a machine whose agent is a release ahead.
  const oldStatus = service(now('status'));
  const oldGateway = await startGateway(now('gateway'));
  const log = await openRedisLog({ url: redis.url });
  onTestFinished(() => log.close());
  const access = await openRedisAccess({ url: redis.url });
  const laptopOf = async (machine: string) =>
    createLaptop(machine, (await access.issue({ machine, owner: 'Dev', by: 'the test' })).token);
  const [mara, jonas] = [await laptopOf('mara'), await laptopOf('jonas')];
  await access.close();
  const oldAgent = mara.startAgent(now('ingest'), oldGateway.url);
  const aheadAgent = jonas.startAgent(next('ingest'), oldGateway.url);
  mara.ask('a', 'Fix the reader');
  jonas.ask('b', 'Look at it');
  // Of what both know nothing is missing.
  await shows(
    oldGateway.url,
    { sessionId: 'a', goal: 'Fix the reader', prompts: 1 },
    { sessionId: 'b', goal: null, prompts: 0 },
  );
  await aheadAgent.stop();

  // The upgrade begins: a new gateway takes what the old status can't read. It keeps its board right, and the log keeps the rest.
  let newGateway = await startGateway(next('gateway'));
  let newAgent = jonas.startAgent(next('ingest'), newGateway.url);
  jonas.ask('c', 'What does it do');
  mara.ask('a', 'And now the writer');
  const untouched = { sessionId: 'b', prompts: 0 };
  const ofMara = { sessionId: 'a', prompts: 2 };
  await shows(oldGateway.url, ofMara, untouched, { sessionId: 'c', goal: null, prompts: 0 });
  let newStatus = service(next('status'));
  const upcast = { ...ofMara, goal: 'Fix the reader (0 words)' };
  await shows(newGateway.url, upcast, untouched, { sessionId: 'c', goal: 'What does it do (4 words)', prompts: 1 });

  // Both boards side by side, out of one log.
  mara.ask('a', 'Once more');
  jonas.ask('c', 'Go on');
  await shows(oldGateway.url, { ...ofMara, prompts: 3 }, untouched, { sessionId: 'c', prompts: 0 });
  await shows(newGateway.url, { ...upcast, prompts: 3 }, untouched, { sessionId: 'c', prompts: 2 });
  const told = ({ sessionId, status, prompts, usage, startedAt, lastActivityAt, since }: Session) =>
    sessionId === 'a' && { status, prompts, usage, startedAt, lastActivityAt, since };
  expect((await sessionsOf(newGateway.url)).map(told)).toEqual((await sessionsOf(oldGateway.url)).map(told));

  // Back to the release before: it goes on where it was.
  await Promise.all([newStatus, newGateway, newAgent].map(({ stop }) => stop()));
  mara.ask('a', 'Is it right');
  await shows(oldGateway.url, { ...ofMara, prompts: 4 }, untouched, { sessionId: 'c', prompts: 0 });

  // And up again, agents too: nothing that came meanwhile, and nothing that the old one could not read, is missing or there twice.
  await oldAgent.stop();
  newStatus = service(next('status'));
  newGateway = await startGateway(next('gateway'));
  await Promise.all([oldStatus.stop(), oldGateway.stop()]);
  newAgent = jonas.startAgent(next('ingest'), newGateway.url);
  mara.startAgent(next('ingest'), newGateway.url);
  mara.ask('a', 'Thanks');
  jonas.ask('c', 'Thanks');
  await shows(newGateway.url, { ...upcast, prompts: 5 }, untouched, { sessionId: 'c', prompts: 3 });

  const letters = await log.deadLetters(100);
  expect(letters.length).toBeGreaterThan(0);
  for (const { raw } of letters) expect(JSON.parse(raw)).toMatchObject({ type: 'PromptSubmitted', schemaVersion: 2 });
});
