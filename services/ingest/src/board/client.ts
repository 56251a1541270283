import {
  type AgentAnswer,
  agentAnswerSchema,
  forgetAnswerSchema,
  type IngestAnswer,
  ingestAnswerSchema,
  type JoinAnswer,
  type JoinRequest,
  joinAnswerSchema,
  type MachineReport,
  reportAnswerSchema,
} from '@crewboard/contract';
import type { z } from 'zod';
import type { BoardConnection, BoardRequest } from './connection.ts';
import { BoardError } from './trouble.ts';

/** What a machine asks of its board. Every call is tried once, and rejects with `BoardError` or the signal's reason. */
export interface BoardClient {
  readonly url: string;
  /** Who this machine is to the board, and the board's clock. */
  hello(signal: AbortSignal): Promise<AgentAnswer>;
  /** `lines` are events, one JSON object a line. */
  ingest(lines: Uint8Array, encoding: 'gzip' | undefined, signal: AbortSignal): Promise<IngestAnswer>;
  /** Resolves with the board's clock, in ms since 1970. */
  report(report: MachineReport, signal: AbortSignal): Promise<{ now: number }>;
  /** Erases what the board holds of sessions of this machine. Resolves with how many that were. */
  forget(sessionIds: readonly string[], signal: AbortSignal): Promise<{ forgotten: number }>;
}

const JSON_BODY = { 'content-type': 'application/json' };

/** Throws `BoardError` where something else than a board answered: a sign-in page says 200, too. */
const ask = async <Answer>(
  connection: BoardConnection,
  request: BoardRequest,
  schema: z.ZodType<Answer>,
  signal: AbortSignal,
): Promise<Answer> => {
  const said = await connection.request(request, signal);
  try {
    return schema.parse(JSON.parse(said));
  } catch (error) {
    throw new BoardError({ kind: 'strange', path: `/${request.path}` }, connection, { cause: error });
  }
};

export const boardClient = (connection: BoardConnection, token: string): BoardClient => ({
  url: connection.url,
  hello: (signal) => ask(connection, { method: 'GET', path: 'api/agent', token }, agentAnswerSchema, signal),
  ingest: (body, encoding, signal) => {
    const headers = {
      'content-type': 'application/x-ndjson',
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    };
    return ask(connection, { method: 'POST', path: 'api/ingest', token, body, headers }, ingestAnswerSchema, signal);
  },
  report: (report, signal) => {
    const body = JSON.stringify(report);
    const request: BoardRequest = { method: 'PUT', path: 'api/agent/report', token, body, headers: JSON_BODY };
    return ask(connection, request, reportAnswerSchema, signal);
  },
  forget: (sessionIds, signal) => {
    const body = JSON.stringify({ sessionIds });
    const request: BoardRequest = { method: 'POST', path: 'api/agent/forget', token, body, headers: JSON_BODY };
    return ask(connection, request, forgetAnswerSchema, signal);
  },
});

/** Uses up the code of an invitation. */
export const joinBoard = (connection: BoardConnection, join: JoinRequest, signal: AbortSignal): Promise<JoinAnswer> => {
  const request: BoardRequest = { method: 'POST', path: 'api/join', body: JSON.stringify(join), headers: JSON_BODY };
  return ask(connection, request, joinAnswerSchema, signal);
};
