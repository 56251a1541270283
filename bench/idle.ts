import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type StandIn, startStandIn } from '../cli/src/replay/realtime/stand-in.ts';
import { NULL_BOARD_TOKEN, startNullBoard } from './null-board.ts';
import { AGENT, prepare, start, tempDir } from './process.ts';
import { type Benchmark, rounded } from './report.ts';
import { writeTree } from './tree/tree.ts';

/** What the start has begun is over by then. */
const REST_MS = 10_000;

const argsSchema = z.object({
  sessions: z.coerce.number().int().min(1),
  seconds: z.coerce.number().int().min(5),
});

/** The presence file of a session whose process lives and does nothing. */
const present = (claudeDir: string, sessionId: string, { pid, procStart }: StandIn): void => {
  const now = Date.now();
  const record = { pid, sessionId, procStart, cwd: '/home/dev', status: 'idle', startedAt: now, updatedAt: now };
  writeFileSync(join(claudeDir, 'sessions', `${pid}.json`), JSON.stringify(record));
};

export const benchmark: Benchmark = {
  about: 'What the agent costs while sessions live and nothing happens (--sessions 20, --seconds 30)',
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: { sessions: { type: 'string', default: '20' }, seconds: { type: 'string', default: '30' } },
    });
    const { sessions, seconds } = argsSchema.parse(values);
    prepare();
    const claudeDir = tempDir();
    writeTree(claudeDir, { sessions, totalBytes: sessions * 500_000, seed: 20, bulkShare: 0.1 }, Date.now());
    mkdirSync(join(claudeDir, 'sessions'), { recursive: true });
    const transcripts = readdirSync(join(claudeDir, 'projects'), { recursive: true, encoding: 'utf8' });
    const mains = transcripts.filter((path) => path.endsWith('.jsonl') && !path.includes('subagents'));
    const standIns: StandIn[] = [];
    for (const path of mains) {
      const standIn = await startStandIn();
      standIns.push(standIn);
      present(claudeDir, basename(path, '.jsonl'), standIn);
    }
    const board = await startNullBoard();
    const running = start(process.execPath, [AGENT], {
      CLAUDE_CONFIG_DIR: claudeDir,
      CREWBOARD_DATA_DIR: tempDir(),
      CREWBOARD_URL: board.url,
      CREWBOARD_TOKEN: NULL_BOARD_TOKEN,
    });
    try {
      while (board.sessions.size < sessions) {
        running.assertAlive();
        await sleep(50);
      }
      await sleep(REST_MS);
      const cpuBefore = running.cpuMs();
      await sleep(seconds * 1_000);
      const cpuMs = running.cpuMs() - cpuBefore;
      return [
        {
          what: `the agent with ${sessions} sessions that live and do nothing`,
          seconds,
          'CPU ms/s': rounded(cpuMs / seconds, 1),
          'CPU % of a core': rounded(cpuMs / seconds / 10, 2),
          'RSS MB': rounded(running.rssMb()),
          'peak RSS MB': rounded(running.peakRssMb()),
        },
      ];
    } finally {
      await running.stop();
      board.close();
      for (const standIn of standIns) await standIn.kill();
    }
  },
};
