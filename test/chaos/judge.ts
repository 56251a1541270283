import { setTimeout as sleep } from 'node:timers/promises';
import { type Session, sessionSchema } from '@crewboard/contract';
import { openRedisLog } from '@crewboard/event-log';
import { z } from 'zod';
import { checkBoard, checkLog, type Finding, type Ought } from './check.ts';
import { createLogReader } from './log-reader.ts';
import { createOffline, stateOf } from './offline.ts';
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
  /** Sessions that are still wrong after an earlier round told so: they are looked at again when they were right once. */
  readonly leftOut: number;
  /** Waits until all is right. Answers what was not, when the time is over; of no session that is left out. */
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
  let leftOut = new Set<string | undefined>();

  /** By session; of those that the log knows nothing of there is nothing to compare, and {@link checkLog} tells. */
  const oughts = (): Map<string, Ought> =>
    new Map(
      [...offline.sessions()].flatMap(([sessionId, expected]) => {
        const { told = [], state: byLog } = logged.sessions.get(sessionId) ?? {};
        const byInput = stateOf(expected.events, told);
        return byInput && byLog ? [[sessionId, { session: expected.session, byInput, byLog }] as const] : [];
      }),
    );

  const look = async (): Promise<Finding[]> => {
    await logged.read();
    const boards = new Map<string, Session[]>();
    for (const gateway of team.gateways) boards.set(gateway, await fetchBoard(gateway));
    for (const viewer of team.viewers) boards.set(viewer.name, [...viewer.board().sessions.values()]);
    if (page) boards.set('the page', await page.sessions());
    const now = Date.now();
    const leavesAt = ({ byLog }: Ought): number => byLog.clock + retentionMs;
    const all = [...oughts()].filter(([, ought]) => now < leavesAt(ought) + LEAVING_MS);
    const onBoard = (sessions: readonly Session[]): Map<string, Ought> => {
      const shown = new Set(sessions.map(({ sessionId }) => sessionId));
      return new Map(all.filter(([id, ought]) => now < leavesAt(ought) - LEAVING_MS || shown.has(id)));
    };
    const findings = [...boards].flatMap(([where, sessions]) => checkBoard(where, sessions, onBoard(sessions), now));
    return [...checkLog(offline.sessions(), logged.sessions), ...findings];
  };

  return {
    get sessions() {
      return offline.sessions().size;
    },
    get events() {
      return logged.events;
    },
    get repeats() {
      return logged.repeats;
    },
    get leftOut() {
      return leftOut.size;
    },
    keepUp: logged.read,
    untilRight: async () => {
      await offline.update(team.machines);
      const giveUpAt = performance.now() + RECOVERY_MS;
      for (;;) {
        const all = await look().catch((error: unknown): Finding[] => [{ kind: 'wrong', says: String(error) }]);
        const findings = all.filter(({ sessionId }) => !leftOut.has(sessionId));
        if (findings.length > 0 && performance.now() < giveUpAt) {
          await sleep(LOOK_EVERY_MS);
          continue;
        }
        leftOut = new Set(all.map(({ sessionId }) => sessionId));
        leftOut.delete(undefined);
        return findings;
      }
    },
    close: () => log.close(),
  };
};
