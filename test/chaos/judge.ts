import { setTimeout as sleep } from 'node:timers/promises';
import { type Session, sessionSchema } from '@crewboard/contract';
import { openRedisLog } from '@crewboard/event-log';
import type { SessionState } from '@crewboard/status';
import { z } from 'zod';
import { checkBoard, checkLog, type Finding } from './check.ts';
import { createLogReader } from './log-reader.ts';
import { createOffline } from './offline.ts';
import type { Page } from './page.ts';
import { OWNER, type Team } from './team.ts';

/** So long the boards may take to be right. */
const RECOVERY_MS = 40_000;
const LOOK_EVERY_MS = 150;

/** About when a session leaves the board it may be there or not. */
const LEAVING_MS = 3_000;

export interface JudgeOptions {
  /** A browser that looks on too. */
  page?: Page | undefined;
  /** What rested for so long is off the board; without it nothing is. */
  retentionMs?: number;
}

/** Compares all boards of a team with its input. */
export interface Judge {
  readonly sessions: number;
  readonly events: number;
  readonly repeats: number;
  /** Reads what came into the log, before it may be trimmed. */
  keepUp(): Promise<void>;
  /** Waits until all is right. Answers what was not, when the time is over; of no session a second time. */
  untilRight(): Promise<Finding[]>;
  close(): Promise<void>;
}

const boardSchema = z.object({ sessions: z.array(sessionSchema) });

const fetchBoard = async (gateway: string): Promise<Session[]> => {
  const response = await fetch(`${gateway}/api/board`, { signal: AbortSignal.timeout(5_000) });
  return boardSchema.parse(await response.json()).sessions;
};

export const openJudge = async (team: Team, { page, retentionMs = Infinity }: JudgeOptions = {}): Promise<Judge> => {
  const log = await openRedisLog({ url: team.redisUrl });
  const logged = createLogReader(log);
  const offline = createOffline(OWNER);
  const told = new Set<string | undefined>();

  const leavesAt = ({ clock }: SessionState): number => clock + retentionMs;

  const look = async (): Promise<Finding[]> => {
    await logged.read();
    const boards = new Map<string, Session[]>();
    for (const gateway of team.gateways) boards.set(gateway, await fetchBoard(gateway));
    for (const viewer of team.viewers) boards.set(viewer.name, [...viewer.board().sessions.values()]);
    if (page) boards.set('the page', await page.sessions());
    const now = Date.now();
    const expected = new Map([...offline.sessions()].filter(([, { state }]) => now < leavesAt(state) + LEAVING_MS));
    const mayHaveLeft = new Set(
      [...expected].flatMap(([id, of]) => (now > leavesAt(of.state) - LEAVING_MS ? [id] : [])),
    );
    const findings = [...boards].flatMap(([where, sessions]) => {
      const shown = new Set(sessions.map(({ sessionId }) => sessionId));
      const ought = new Map([...expected].filter(([id]) => shown.has(id) || !mayHaveLeft.has(id)));
      return checkBoard(where, sessions, ought, logged, now);
    });
    return [...checkLog(expected, logged), ...findings].filter(({ sessionId }) => !told.has(sessionId));
  };

  return {
    get sessions() {
      return offline.sessions().size;
    },
    get events() {
      return logged.ids.size;
    },
    get repeats() {
      return logged.repeats;
    },
    keepUp: logged.read,
    untilRight: async () => {
      await offline.update(team.machines);
      const giveUpAt = performance.now() + RECOVERY_MS;
      for (;;) {
        const findings = await look().catch((error: unknown): Finding[] => [{ kind: 'wrong', says: String(error) }]);
        if (findings.length > 0 && performance.now() < giveUpAt) {
          await sleep(LOOK_EVERY_MS);
          continue;
        }
        for (const { sessionId } of findings) if (sessionId !== undefined) told.add(sessionId);
        return findings;
      }
    },
    close: () => log.close(),
  };
};
