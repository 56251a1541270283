import { join } from 'node:path';
import { type Session, sessionSchema } from '@crewboard/contract';
import { vi } from 'vitest';
import { z } from 'zod';
import { freePort } from './port.ts';
import { type Program, startProgram } from './program.ts';

const boardSchema = z.object({ offset: z.string(), sessions: z.array(sessionSchema) });

/** The sessions of a board, in the order of their ids; rejects while nobody answers there. */
export const sessionsOf = async (url: string): Promise<Session[]> => {
  const response = await fetch(`${url}/api/board`);
  const { sessions } = boardSchema.parse(await response.json());
  return sessions.toSorted((a, b) => (a.sessionId < b.sessionId ? -1 : 1));
};

/** Asks a board until it pleases (`check` throws nothing), for at most 20 s. */
export const untilBoard = (url: string, check: (sessions: Session[]) => void): Promise<void> =>
  vi.waitFor(async () => check(await sessionsOf(url)), { timeout: 20_000, interval: 20 });

export interface Solo extends Program {
  url: string;
}

/** `crewboard up` over the folder `home`: its `.claude` and `.crewboard`. */
export const startSolo = async (home: string, env: Record<string, string> = {}): Promise<Solo> => {
  const port = await freePort();
  const own = {
    HOME: home,
    CLAUDE_CONFIG_DIR: join(home, '.claude'),
    CREWBOARD_DATA_DIR: join(home, '.crewboard'),
    PORT: String(port),
  };
  return { ...startProgram('crewboard.js', ['up'], { ...own, ...env }), url: `http://127.0.0.1:${port}` };
};
