import { gzipSync } from 'node:zlib';
import { type Session, type SessionEvent, sessionSchema } from '@crewboard/contract';
import { anEvent } from '@crewboard/contract/testing';
import { expect, vi } from 'vitest';
import { z } from 'zod';

const boardSchema = z.object({ offset: z.string(), sessions: z.array(sessionSchema) });

export const until = <Value>(check: () => Value | Promise<Value>, timeout = 60_000): Promise<Value> =>
  vi.waitFor(check, { timeout, interval: 100 });

/** The board from outside of its containers: as a person who signed in, and as a machine that joined. */
export interface BoardClient {
  request(path: string, init?: RequestInit): Promise<Response>;
  isReady(): Promise<void>;
  /** From then on the requests are that person's. Answers the cookie. */
  signIn(name: string, password: string): Promise<string>;
  sessions(): Promise<Map<string, Session>>;
  post(events: readonly SessionEvent[], token: string): Promise<Response>;
  /** Posts a prompt of each session, none of which anybody has seen, and waits until all are on the board. */
  seeSessions(sessionIds: readonly string[], token: string): Promise<void>;
}

export const createBoardClient = (url: string): BoardClient => {
  let cookie = '';

  /** Gives up soon: a request that came while a container was starting may never be answered. */
  const request = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${url}${path}`, { ...init, headers: { cookie, ...init.headers }, signal: AbortSignal.timeout(5_000) });

  const sessions = async (): Promise<Map<string, Session>> => {
    const board = boardSchema.parse(await (await request('/api/board')).json());
    return new Map(board.sessions.map((session) => [session.sessionId, session]));
  };

  const post = (events: readonly SessionEvent[], token: string): Promise<Response> =>
    request('/api/ingest', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/x-ndjson',
        'content-encoding': 'gzip',
      },
      body: gzipSync(events.map((event) => `${JSON.stringify(event)}\n`).join('')),
    });

  return {
    request,
    isReady: async () => expect((await request('/readyz')).status).toBe(200),
    signIn: async (name, password) => {
      const response = await request('/api/sign-in', {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: url },
        body: JSON.stringify({ name, password }),
      });
      expect(response.status).toBe(204);
      cookie = response.headers
        .getSetCookie()
        .map((text) => text.replace(/;.*/, ''))
        .join('; ');
      return cookie;
    },
    sessions,
    post,
    seeSessions: async (sessionIds, token) => {
      const events = sessionIds.flatMap((sessionId) => {
        const of = { sessionId, stream: `transcript:${sessionId}`, occurredAt: Date.now() };
        return [anEvent('SessionLocated', of), anEvent('PromptSubmitted', of)];
      });
      // What was refused or lost on the way is sent again, as an agent would: repeats are known.
      await until(async () => expect((await post(events, token)).ok).toBe(true));
      await until(async () => expect([...(await sessions()).keys()]).toEqual(expect.arrayContaining([...sessionIds])));
    },
  };
};
