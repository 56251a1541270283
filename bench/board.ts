import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { freePort } from '../test/support/port.ts';
import { CREWBOARD, type Running, start } from './process.ts';

const boardSchema = z.object({
  offset: z.string().nullable(),
  sessions: z.array(
    z.object({
      sessionId: z.string(),
      usage: z.object({ tokens: z.record(z.string(), z.object({ output: z.number() })) }),
    }),
  ),
});
export type BoardReply = z.infer<typeof boardSchema>;

export interface Solo {
  process: Running;
  url: string;
}

/** `crewboard up` on a tree, as a person would start it. */
export const startSolo = async (
  claudeDir: string,
  dataDir: string,
  more: Record<string, string> = {},
): Promise<Solo> => {
  const port = await freePort();
  const env = {
    CLAUDE_CONFIG_DIR: claudeDir,
    CREWBOARD_DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    PORT: String(port),
    ...more,
  };
  return { process: start(process.execPath, [CREWBOARD, 'up'], env), url: `http://127.0.0.1:${port}` };
};

const READY_MS = 180_000;

/** Asks for the board every `everyMs` until it pleases; `undefined` is asked on while nobody listens yet. */
export const untilBoard = async (
  { process: running, url }: Solo,
  everyMs: number,
  pleases: (board: BoardReply) => boolean,
): Promise<BoardReply> => {
  const giveUpAt = performance.now() + READY_MS;
  for (;;) {
    running.assertAlive();
    if (performance.now() > giveUpAt) throw new Error(`the board is not as expected after ${READY_MS / 1_000} s`);
    const board = await ask(url);
    if (board && pleases(board)) return board;
    await sleep(everyMs);
  }
};

const ask = async (url: string): Promise<BoardReply | undefined> => {
  const response = await fetch(`${url}/api/board`).catch(() => undefined);
  if (!response?.ok) return undefined;
  return boardSchema.parse(await response.json());
};

/** Waits until the board has not changed for so long; answers it, and when it changed last. */
export const untilQuiet = async (solo: Solo, quietMs: number): Promise<{ board: BoardReply; changedAt: number }> => {
  let offset: string | null | undefined;
  let changedAt = performance.now();
  const board = await untilBoard(solo, 50, (reply) => {
    if (reply.offset !== offset) {
      offset = reply.offset;
      changedAt = performance.now();
    }
    return performance.now() - changedAt >= quietMs;
  });
  return { board, changedAt };
};
