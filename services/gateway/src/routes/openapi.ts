import {
  feedMessageSchema,
  machineReportSchema,
  machineSchema,
  machinesSchema,
  sessionEventSchema,
  sessionSchema,
  statusChangeSchema,
} from '@crewboard/contract';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import { problemSchema } from '../problem.ts';
import { historySchema, storySchema } from './board.ts';
import { ingestAnswerSchema } from './ingest.ts';
import { reportAnswerSchema } from './machines.ts';

const boardSchema = z.object({ offset: z.string(), sessions: z.array(sessionSchema) });

const schemas = z.registry<{ id: string }>();
schemas
  .add(sessionSchema, { id: 'Session' })
  .add(boardSchema, { id: 'Board' })
  .add(feedMessageSchema, { id: 'FeedMessage' })
  .add(sessionEventSchema, { id: 'SessionEvent' })
  .add(ingestAnswerSchema, { id: 'IngestAnswer' })
  .add(statusChangeSchema, { id: 'StatusChange' })
  .add(historySchema, { id: 'History' })
  .add(storySchema, { id: 'Story' })
  .add(machineReportSchema, { id: 'MachineReport' })
  .add(machineSchema, { id: 'Machine' })
  .add(machinesSchema, { id: 'Machines' })
  .add(reportAnswerSchema, { id: 'ReportAnswer' })
  .add(problemSchema, { id: 'Problem' });

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** The schemas as OpenAPI wants them: under `components`, without the marks of documents of their own. */
const components = () => {
  const generated = z.toJSONSchema(schemas, { uri: (id) => `#/components/schemas/${id}`, io: 'input' });
  return Object.fromEntries(Object.entries(generated.schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema]));
};

const json = (description: string, name: string) => ({
  description,
  content: { 'application/json': { schema: reference(name) } },
});
const text = (description: string) => ({ description, content: { 'text/plain': { schema: { type: 'string' } } } });
const health = (description: string) => ({
  description,
  content: {
    'application/json': {
      schema: {
        type: 'object',
        properties: { status: { type: 'string' }, reason: { type: 'string' } },
        required: ['status'],
      },
    },
  },
});
const refused = {
  403: json('A page of another origin, or no token is set on the board', 'Problem'),
  421: json('The Host header does not name this board', 'Problem'),
};
const { 421: misdirected } = refused;

const inPath = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string', maxLength: 200 } });

/** What the gateway serves, as OpenAPI 3.1. */
export const openapiDocument = () => ({
  openapi: '3.1.0',
  info: {
    title: 'Crewboard',
    version: '0.1.0',
    description: 'A live board of the Claude Code sessions of a team. All times are in ms since 1970.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/' }],
  paths: {
    '/api/board': {
      get: {
        operationId: 'getBoard',
        summary: 'Every session, and the offset to follow the feed after',
        responses: {
          200: json('The board now', 'Board'),
          421: misdirected,
          503: json('The board was not read from the log yet', 'Problem'),
        },
      },
    },
    '/api/sessions/{id}': {
      get: {
        operationId: 'getSession',
        summary: 'One session',
        parameters: [inPath('id')],
        responses: {
          200: json('The session now', 'Session'),
          404: json('No such session on the board', 'Problem'),
          421: misdirected,
          503: json('The board was not read from the log yet', 'Problem'),
        },
      },
    },
    '/api/sessions/{id}/history': {
      get: {
        operationId: 'getHistory',
        summary: 'How a session came to its status: the latest changes, the oldest first, each with the reason',
        parameters: [inPath('id')],
        responses: {
          200: json('The history now; at most 200 changes', 'History'),
          404: json('No such session on the board', 'Problem'),
          421: misdirected,
          503: json('The board was not read yet, or the log can not be read now; see Retry-After', 'Problem'),
        },
      },
    },
    '/api/sessions/{id}/story': {
      get: {
        operationId: 'getStory',
        summary:
          'What a session did: prompts, replies, calls and turns, as far as its machine tells them, the oldest first',
        parameters: [inPath('id')],
        responses: {
          200: json('The story now; at most 200 entries', 'Story'),
          404: json('No such session on the board', 'Problem'),
          421: misdirected,
          503: json('The board was not read yet, or the log can not be read now; see Retry-After', 'Problem'),
        },
      },
    },
    '/api/machines': {
      get: {
        operationId: 'getMachines',
        summary: 'Every machine that ever reported, with its last report',
        responses: {
          200: json('The machines now', 'Machines'),
          421: misdirected,
          503: json('The log can not be read now; see Retry-After', 'Problem'),
        },
      },
    },
    '/api/machines/{machine}': {
      put: {
        operationId: 'reportMachine',
        summary: "A machine's report on its agent and its senses, in place of the one before",
        description: 'At most 64 KB. Agents report every 10 s; a machine that is silent for 35 s counts as offline.',
        security: [{ token: [] }],
        parameters: [inPath('machine')],
        requestBody: { required: true, content: { 'application/json': { schema: reference('MachineReport') } } },
        responses: {
          200: json("Kept; the answer holds the board's clock", 'ReportAnswer'),
          400: json('The body is no report, or the report of another machine', 'Problem'),
          401: json('The token is missing or wrong', 'Problem'),
          ...refused,
          413: json('The body is too large', 'Problem'),
          415: json('The body is not JSON', 'Problem'),
          429: json('Too many requests; see Retry-After', 'Problem'),
          503: json('The log can not be written now; see Retry-After', 'Problem'),
        },
      },
    },
    '/api/feed': {
      get: {
        operationId: 'followBoard',
        summary: 'The board, live, over a WebSocket',
        description:
          'Each text message is one FeedMessage. Without `after`: a snapshot, then changes. With the offset of the last ' +
          'message that was read: only what changed since, or a reset and a snapshot where that offset is unknown. A ' +
          'client that is slow skips states of a session, and always gets the newest. Close codes: 1001 the board goes ' +
          'away, 1013 too slow or too many clients; come back in both cases. Clients send nothing.',
        parameters: [{ name: 'after', in: 'query', required: false, schema: { type: 'string' } }],
        responses: {
          101: {
            description: 'The feed is open; every message on it is a FeedMessage',
            content: { 'application/json': { schema: reference('FeedMessage') } },
          },
          ...refused,
          426: json('The request asks for no WebSocket', 'Problem'),
          503: json('The board was not read from the log yet', 'Problem'),
        },
      },
    },
    '/api/ingest': {
      post: {
        operationId: 'sendEvents',
        summary: 'A batch of events; answered when they are in the log',
        description:
          'One SessionEvent a line. Content-Encoding may be gzip. At most 8 MB decompressed, 64 KB a line, 50,000 lines. ' +
          'A line that is no event is set aside and told in the answer; the rest is accepted. Sending a batch again does no harm.',
        security: [{ token: [] }],
        requestBody: {
          required: true,
          content: {
            'application/x-ndjson': { schema: { type: 'string' }, 'x-line-schema': reference('SessionEvent') },
          },
        },
        responses: {
          200: json('Stored', 'IngestAnswer'),
          400: json('The body can not be decompressed', 'Problem'),
          401: json('The token is missing or wrong', 'Problem'),
          ...refused,
          413: json('The body, a line or the number of lines is too large; nothing was stored', 'Problem'),
          415: json('An encoding other than gzip', 'Problem'),
          429: json('Too many requests; see Retry-After', 'Problem'),
          503: json('The log can not be written now; see Retry-After', 'Problem'),
        },
      },
    },
    '/api/openapi.json': {
      get: {
        operationId: 'getOpenapi',
        summary: 'This document',
        responses: { 200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: {} } } } },
      },
    },
    '/healthz': {
      get: {
        operationId: 'getHealth',
        summary: 'Whether the process answers',
        responses: { 200: health('It does') },
      },
    },
    '/readyz': {
      get: {
        operationId: 'getReadiness',
        summary: 'Whether the log can be reached and the board is read',
        responses: { 200: health('Ready'), 503: health('Not ready, with the reason') },
      },
    },
    '/metrics': {
      get: {
        operationId: 'getMetrics',
        summary: 'Metrics for Prometheus',
        responses: { 200: text('Prometheus text format') },
      },
    },
  },
  components: {
    schemas: components(),
    securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
  },
});

/** GET /api/openapi.json. */
export const openapiRoute: FastifyPluginAsync = async (app) => {
  const body = JSON.stringify(openapiDocument());
  app.get('/api/openapi.json', async (_request, reply) => {
    reply.type('application/json; charset=utf-8');
    return body;
  });
};
