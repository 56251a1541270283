import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startSolo } from './board.ts';
import { type CountWatcher, watchCounts } from './feed.ts';
import { NULL_BOARD_TOKEN, type NullBoard, startNullBoard } from './null-board.ts';
import { AGENT, prepare, type Running, start, tempDir } from './process.ts';
import { type Benchmark, median, type Row, rounded } from './report.ts';
import { countOutputTokens } from './tree/count-tokens.ts';
import { PRESETS, presetTree, type Tree } from './tree/tree.ts';

/** Nothing has come for so long: it is done. */
const QUIET_MS = 2_000;
const BOARD_WITHIN_MS = 180_000;
const AGENT_WITHIN_MS = 180_000;

const presetNames = Object.keys(PRESETS) as (keyof typeof PRESETS)[];
const argsSchema = z.object({ preset: z.enum(presetNames), runs: z.coerce.number().int().min(1) });

/** All times are from the start of the process to the message at a WebSocket client of the board. */
interface Sample {
  allSessionsMs: number;
  countersMs: number;
  peakRssMb: number;
  cpuMs: number;
  exactSessions: number;
}

/** Sessions whose output tokens are those of their files. */
const exactSessions = ({ outputTokens }: CountWatcher, truth: ReadonlyMap<string, number>): number =>
  [...outputTokens].filter(([sessionId, shown]) => shown === truth.get(sessionId)).length;

const solo = async (tree: Tree, dataDir: string, truth: ReadonlyMap<string, number>): Promise<Sample> => {
  const running = await startSolo(tree.claudeDir, dataDir);
  try {
    const { spawnedAt, assertAlive } = running.process;
    const counts = await watchCounts(running.url, assertAlive);
    const isFull = () => counts.outputTokens.size >= tree.sessions;
    const fullAt = await counts.until('all sessions on the board', isFull, BOARD_WITHIN_MS);
    await untilQuiet(counts);
    const sample = {
      allSessionsMs: fullAt - spawnedAt,
      countersMs: Math.max(fullAt, counts.changedAt) - spawnedAt,
      peakRssMb: running.process.peakRssMb(),
      cpuMs: running.process.cpuMs(),
      exactSessions: exactSessions(counts, truth),
    };
    counts.close();
    return sample;
  } finally {
    await running.process.stop();
  }
};

const untilQuiet = async (counts: CountWatcher): Promise<void> => {
  while (performance.now() - counts.changedAt < QUIET_MS) await sleep(50);
};

const agent = async (tree: Tree, dataDir: string): Promise<Row> => {
  const board = await startNullBoard();
  const running = start(process.execPath, [AGENT], {
    CLAUDE_CONFIG_DIR: tree.claudeDir,
    CREWBOARD_DATA_DIR: dataDir,
    CREWBOARD_URL: board.url,
    CREWBOARD_TOKEN: NULL_BOARD_TOKEN,
  });
  try {
    await untilCaughtUp(running, board, tree.sessions);
    return {
      'settled ms': rounded(board.lastAt - running.spawnedAt),
      'peak RSS MB': rounded(running.peakRssMb()),
      'CPU ms': running.cpuMs(),
      events: board.events,
      'sent MB': rounded(board.receivedBytes / 1e6, 1),
      'sessions told': `${board.sessions.size}/${tree.sessions}`,
    };
  } finally {
    await running.stop();
    board.close();
  }
};

const untilCaughtUp = async (running: Running, board: NullBoard, sessions: number): Promise<void> => {
  const giveUpAt = performance.now() + AGENT_WITHIN_MS;
  const isDone = () => board.sessions.size >= sessions && performance.now() - board.lastAt >= QUIET_MS;
  while (!isDone()) {
    running.assertAlive();
    if (performance.now() > giveUpAt)
      throw new Error(`the agent has told of ${board.sessions.size} of ${sessions} sessions`);
    await sleep(50);
  }
};

const summary = (what: string, tree: Tree, samples: readonly Sample[]): Row => ({
  what,
  runs: samples.length,
  'all sessions ms': rounded(median(samples.map(({ allSessionsMs }) => allSessionsMs))),
  'min-max': `${rounded(Math.min(...samples.map(({ allSessionsMs }) => allSessionsMs)))}-${rounded(Math.max(...samples.map(({ allSessionsMs }) => allSessionsMs)))}`,
  'counters complete ms': rounded(median(samples.map(({ countersMs }) => countersMs))),
  'peak RSS MB': rounded(Math.max(...samples.map(({ peakRssMb }) => peakRssMb))),
  'CPU ms': rounded(median(samples.map(({ cpuMs }) => cpuMs))),
  'tokens exact': `${Math.min(...samples.map(({ exactSessions: exact }) => exact))}/${tree.sessions}`,
});

export const benchmark: Benchmark = {
  about: `From the start of the process \`crewboard up\` to a board with all sessions at the socket (--preset ${presetNames.join('|')}, --runs 3)`,
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: { preset: { type: 'string', default: 's200' }, runs: { type: 'string', default: '3' } },
    });
    const { preset, runs } = argsSchema.parse(values);
    prepare();
    const tree = presetTree(preset, Date.now());
    // Reads every file once: the page cache is warm for the first run as for the last.
    const truth = countOutputTokens(tree.claudeDir);

    const first: Sample[] = [];
    const again: Sample[] = [];
    for (let run = 0; run < runs; run++) {
      const dataDir = tempDir();
      first.push(await solo(tree, dataDir, truth));
      again.push(await solo(tree, dataDir, truth));
    }
    const agentDataDir = tempDir();
    const label = `${tree.sessions} sessions, ${rounded(tree.bytes / 1e6)} MB, ${tree.lines} lines`;
    return [
      summary(`solo, first start: ${label}`, tree, first),
      summary('solo, started again', tree, again),
      { what: 'agent alone, to a board that keeps nothing', runs: 1, ...(await agent(tree, agentDataDir)) },
    ];
  },
};
