import { emptyBoard, feedMessageSchema, isSessionId, reduceBoard } from '@crewboard/contract';
import { aBrief, aCard, aPullRequest, aSession } from '@crewboard/contract/testing';
import fc from 'fast-check';
import { isSameView, readView, writeView } from '../../../web/src/board/view-query.ts';
import { parseFeedMessage } from '../../../web/src/feed/connect.ts';
import { HOSTILE_TEXTS } from '../../support/hostile.ts';
import { mutatedBytes, mutatedJson } from '../../support/mutations.ts';
import { boundary, type Door, must, mustBeSame } from '../boundary.ts';

const session = { ...aSession(), brief: aBrief(), pullRequest: aPullRequest() };
const messages = [
  { kind: 'snapshot', offset: '1-1', sessions: [session, aSession({ ...aCard({ sessionId: 'two' }) })] },
  { kind: 'change', offset: '1-2', sessionId: session.sessionId, session },
  { kind: 'change', offset: '1-2', sessionId: session.sessionId, session: null },
  { kind: 'reset' },
];

const feed = boundary({
  name: 'feed-messages',
  share: 12,
  inputs: fc.array(mutatedBytes(mutatedJson(messages)), { minLength: 1, maxLength: 3 }),
  size: ({ length }) => length,
  check: (input) => {
    let accepted = 0;
    let board = emptyBoard;
    for (const bytes of input) {
      const message = parseFeedMessage(bytes.toString('utf8'));
      if (!message) continue;
      accepted++;
      must(feedMessageSchema.safeParse(message).success, 'what is read is a message of the feed', message);
      board = reduceBoard(board, message);
      mustBeSame([...reduceBoard(board, message).sessions], [...board.sessions], 'a repeat changes nothing');
    }
    // Which ids there may be, the log's door decides; here none may be lost, whatever it is called.
    for (const [id, session] of board.sessions)
      must(board.sessions.get(id) === session, 'a session is found by its id', id);
    return { accepted };
  },
});

const queryText = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS, 'needs', 'mine', 'approval', 'shown', 'repository', 'open'),
  fc.string({ unit: 'binary', maxLength: 250 }),
);
const queryValue = fc.oneof(
  queryText,
  fc.constant(null),
  fc.array(fc.oneof(queryText, fc.constant(null)), { maxLength: 60 }),
);
const QUERY_NAMES = [
  'only',
  'status',
  'pr',
  'person',
  'repo',
  'machine',
  'by',
  'helpers',
  'q',
  'more',
  '__proto__',
  'constructor',
];

const addresses = boundary({
  name: 'page-addresses',
  share: 6,
  inputs: fc.dictionary(fc.constantFrom(...QUERY_NAMES), queryValue, { maxKeys: 6 }),
  check: (query) => {
    const view = readView(query);
    const written = writeView(view);
    must(isSameView(readView(written), view), 'an address names the view that it was written for', written);
    mustBeSame(readView(query), view, 'a repeat reads the same');
    return Object.keys(written).length > 0 ? 'accepted' : 'refused';
  },
});

const ids = boundary({
  name: 'session-ids',
  share: 3,
  inputs: fc.oneof(queryText, fc.uuid(), fc.string({ maxLength: 220 })),
  check: (id) => {
    if (!isSessionId(id)) return 'refused';
    // Every page of a session has its id in the address, and every request about it.
    must(decodeURIComponent(encodeURIComponent(id)) === id, 'a session’s id can stand in an address', id);
    return 'accepted';
  },
});

export const door: Door = async () => [feed, addresses, ids];
