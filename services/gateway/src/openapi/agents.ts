import {
  agentAnswerSchema,
  forgetAnswerSchema,
  forgetRequestSchema,
  ingestAnswerSchema,
  joinAnswerSchema,
  joinRequestSchema,
  machineReportSchema,
  reportAnswerSchema,
  sessionEventSchema,
} from '@crewboard/contract';
import { type Area, json, jsonBody, reference, refused } from './parts.ts';

const security = [{ machine: [] }];

/** What every route with a machine's token may answer. */
const refusedMachine = {
  401: json('The token is missing, wrong or revoked', 'Problem'),
  ...refused,
  429: json('The machine is over one of its limits; nothing was stored; see Retry-After', 'Problem'),
};

/** What the agents on people's machines ask. */
export const agentsArea: Area = {
  schemas: {
    JoinRequest: joinRequestSchema,
    JoinAnswer: joinAnswerSchema,
    AgentAnswer: agentAnswerSchema,
    SessionEvent: sessionEventSchema,
    IngestAnswer: ingestAnswerSchema,
    MachineReport: machineReportSchema,
    ReportAnswer: reportAnswerSchema,
    ForgetRequest: forgetRequestSchema,
    ForgetAnswer: forgetAnswerSchema,
  },
  paths: {
    '/api/join': {
      post: {
        operationId: 'joinBoard',
        summary: "A code from an invitation against a token of the machine's own",
        description: 'A code is good once, until it expires. The token is told this one time.',
        security: [],
        requestBody: jsonBody('JoinRequest'),
        responses: {
          200: json('Joined', 'JoinAnswer'),
          400: json('The body is no request to join', 'Problem'),
          ...refused,
          403: json('The code was used, has expired or never was; or a page of another origin', 'Problem'),
          413: json('The body is too large', 'Problem'),
          415: json('The body is not JSON', 'Problem'),
          429: json('Too many tries from this network; see Retry-After', 'Problem'),
          503: json('Nobody can join now; see Retry-After', 'Problem'),
        },
      },
    },
    '/api/agent': {
      get: {
        operationId: 'getAgent',
        summary: 'Who the machine is to the board, and what the board is',
        security,
        responses: {
          200: json('The token is good', 'AgentAnswer'),
          ...refusedMachine,
          503: json('The board can not be read now; see Retry-After', 'Problem'),
        },
      },
    },
    '/api/ingest': {
      post: {
        operationId: 'sendEvents',
        summary: 'A batch of events; answered when they are in the log',
        description:
          'One SessionEvent a line. Content-Encoding may be gzip. At most 8 MB decompressed, 64 KB a line, 50,000 lines. ' +
          'A line that is no event, or of a session that another machine began, is told in the answer; the rest is accepted. ' +
          'Machine and owner are those of the token, whatever the events say. Sending a batch again does no harm.',
        security,
        requestBody: {
          required: true,
          content: {
            'application/x-ndjson': { schema: { type: 'string' }, 'x-line-schema': reference('SessionEvent') },
          },
        },
        responses: {
          200: json('Stored', 'IngestAnswer'),
          400: json('The body can not be decompressed', 'Problem'),
          ...refusedMachine,
          413: json('The body, a line or the number of lines is too large; nothing was stored', 'Problem'),
          415: json('An encoding other than gzip', 'Problem'),
          503: json('The log can not be written now; see Retry-After', 'Problem'),
        },
      },
    },
    '/api/agent/report': {
      put: {
        operationId: 'reportMachine',
        summary: "A machine's report on its agent and its senses, in place of the one before",
        description: 'At most 64 KB. Agents report every 5 s; a machine that is silent for 12 s counts as offline.',
        security,
        requestBody: jsonBody('MachineReport'),
        responses: {
          200: json("Kept; the answer holds the board's clock", 'ReportAnswer'),
          400: json('The body is no report', 'Problem'),
          ...refusedMachine,
          413: json('The body is too large', 'Problem'),
          415: json('The body is not JSON', 'Problem'),
          503: json('The log can not be written now; see Retry-After', 'Problem'),
        },
      },
    },
    '/api/agent/forget': {
      post: {
        operationId: 'forgetSessions',
        summary: 'Erases what the board holds of sessions of this machine',
        description:
          'Answered when cards, histories and events are gone. Sessions of other machines are left out. Asking again does no harm.',
        security,
        requestBody: jsonBody('ForgetRequest'),
        responses: {
          200: json('Forgotten', 'ForgetAnswer'),
          400: json('The body is no list of session ids', 'Problem'),
          ...refusedMachine,
          413: json('The body is too large', 'Problem'),
          415: json('The body is not JSON', 'Problem'),
          503: json('Not all is forgotten yet, ask again; see Retry-After', 'Problem'),
        },
      },
    },
  },
};
