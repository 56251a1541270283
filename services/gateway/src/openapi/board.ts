import {
  claimRequestSchema,
  feedMessageSchema,
  handOverSchema,
  machineSchema,
  machinesSchema,
  noticesSchema,
  sessionSchema,
  statusChangeSchema,
  todaySchema,
} from '@crewboard/contract';
import { z } from 'zod';
import { historySchema, storySchema } from '../routes/board.ts';
import { type Area, inPath, json, jsonBody, misdirected, reference, refused, signedOut } from './parts.ts';

/** What those see who look at the board. */
export const boardArea: Area = {
  schemas: {
    Session: sessionSchema,
    Board: z.object({ offset: z.string(), sessions: z.array(sessionSchema) }),
    FeedMessage: feedMessageSchema,
    StatusChange: statusChangeSchema,
    History: historySchema,
    Story: storySchema,
    HandOver: handOverSchema,
    ClaimRequest: claimRequestSchema,
    Notices: noticesSchema,
    Today: todaySchema,
    Machine: machineSchema,
    Machines: machinesSchema,
  },
  paths: {
    '/api/board': {
      get: {
        operationId: 'getBoard',
        summary: 'Every session, and the offset to follow the feed after',
        responses: {
          200: json('The board now', 'Board'),
          ...signedOut,
          ...misdirected,
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
          ...signedOut,
          ...misdirected,
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
          ...signedOut,
          ...misdirected,
          503: json('The board was not read yet, or the log can not be read now; see Retry-After', 'Problem'),
        },
      },
    },
    '/api/sessions/{id}/story': {
      get: {
        operationId: 'getStory',
        summary:
          'What a session did, as far as its machine tells it, the oldest first: prompts, replies, calls, turns; and spans of its ' +
          'time: what it waited for, what its work cost',
        parameters: [inPath('id')],
        responses: {
          200: json('The story now; at most the latest 200 entries, and 200 spans', 'Story'),
          404: json('No such session on the board', 'Problem'),
          ...signedOut,
          ...misdirected,
          503: json('The board was not read yet, or the log can not be read now; see Retry-After', 'Problem'),
        },
      },
    },
    '/api/sessions/{id}/hand-over': {
      post: {
        operationId: 'handOver',
        summary: 'A note for the colleague who goes on with a session, in plain text. For members.',
        parameters: [inPath('id')],
        responses: {
          200: json('What was done, what is open, which files', 'HandOver'),
          404: json('No such session on the board', 'Problem'),
          ...signedOut,
          ...refused,
          503: json('The board was not read yet, or the log can not be read now; see Retry-After', 'Problem'),
        },
      },
    },
    '/api/sessions/{id}/claim': {
      post: {
        operationId: 'claim',
        summary: 'The caller looks at what a session needs a person for, for all to see. For members.',
        description:
          'It ends when what it is on is not needed any more, when it is taken back, or when another member claims it ' +
          'and says whom they relieve (`insteadOf`). Of two who reach for it at once the first has it: the session on ' +
          'the feed tells who.',
        parameters: [inPath('id')],
        requestBody: jsonBody('ClaimRequest'),
        responses: {
          204: { description: 'It is in the log' },
          400: json('No claim', 'Problem'),
          404: json('No such session on the board', 'Problem'),
          409: json('Somebody else looks at it, or it is not needed any more', 'Problem'),
          ...signedOut,
          ...refused,
          429: json('Too many claims; see Retry-After', 'Problem'),
          503: json('The board was not read yet, or the log can not be written now; see Retry-After', 'Problem'),
        },
      },
      delete: {
        operationId: 'releaseClaim',
        summary: 'The caller does not look at it any more. Harmless where they did not. For members.',
        parameters: [inPath('id')],
        responses: {
          204: { description: 'They have no claim on it' },
          404: json('No such session on the board', 'Problem'),
          409: json('Somebody else looks at it', 'Problem'),
          ...signedOut,
          ...refused,
          429: json('Too many claims; see Retry-After', 'Problem'),
          503: json('The board was not read yet, or the log can not be written now; see Retry-After', 'Problem'),
        },
      },
    },
    '/api/notices': {
      get: {
        operationId: 'getNotices',
        summary: 'What the board does without, and why, in a line each',
        responses: {
          200: json('The notices now', 'Notices'),
          ...signedOut,
          ...misdirected,
          503: json('The notices can not be read now; see Retry-After', 'Problem'),
        },
      },
    },
    '/api/today': {
      get: {
        operationId: 'getToday',
        summary: 'The figures of the day: how long sessions waited for people, when they worked, what they cost',
        parameters: [
          {
            name: 'tz',
            in: 'query',
            required: false,
            description: 'The time zone by whose clocks the day begins, such as Europe/Berlin; UTC where it is absent',
            schema: { type: 'string', maxLength: 100 },
          },
        ],
        responses: {
          200: json('The day until now; at most three seconds old', 'Today'),
          400: json('No such time zone', 'Problem'),
          ...signedOut,
          ...misdirected,
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
          ...signedOut,
          ...misdirected,
          503: json('The log can not be read now; see Retry-After', 'Problem'),
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
          'away, 1013 too slow or too many clients: come back in both cases. 4401: not signed in any more. Clients send nothing.',
        parameters: [{ name: 'after', in: 'query', required: false, schema: { type: 'string' } }],
        responses: {
          101: {
            description: 'The feed is open; every message on it is a FeedMessage',
            content: { 'application/json': { schema: reference('FeedMessage') } },
          },
          ...signedOut,
          ...refused,
          426: json('The request asks for no WebSocket', 'Problem'),
          503: json('The board was not read from the log yet', 'Problem'),
        },
      },
    },
  },
};
