import { isDeepStrictEqual } from 'node:util';
import { parseEvent, type SessionEvent, START_OFFSET } from '@crewboard/contract';
import {
  aCard,
  aMachineReport,
  anAskSpan,
  anEvent,
  aPullRequest,
  aStatusChange,
  aSummary,
  aToolEntry,
  aWorkSpan,
} from '@crewboard/contract/testing';
import fc from 'fast-check';
import { parseChange, toEventEntry } from '../../../packages/event-log/src/entries.ts';
import { parseRow } from '../../../packages/event-log/src/rows.ts';
import {
  readableHistory,
  readableMachines,
  readableSpans,
  readableStory,
} from '../../../packages/event-log/src/stored.ts';
import { hasExpired, storedValue } from '../../../packages/records/src/stored.ts';
import { initialState } from '../../../services/status/src/index.ts';
import { createPartitionFold } from '../../../services/status/src/partition.ts';
import { sessionStateSchema } from '../../../services/status/src/state.ts';
import { EVENT_TYPES, hostileEvent } from '../../support/hostile.ts';
import { mutatedBytes, mutatedJson } from '../../support/mutations.ts';
import { boundary, type Door, must, mustBeReason, mustBeSame } from '../boundary.ts';
import { cardsOf, mustBeEvents, NOW } from '../told.ts';

const emptyBoard = { rows: [], enrichments: [], checkpoint: START_OFFSET, changesOffset: START_OFFSET };
const events = EVENT_TYPES.map((type) => anEvent(type));
const rawEvent = mutatedBytes(mutatedJson(events)).map((bytes) => bytes.toString('utf8'));

const upcast = boundary({
  name: 'events',
  share: 22,
  inputs: rawEvent,
  check: (raw) => {
    const entry = toEventEntry({ offset: '1-0', raw });
    if (!entry.ok) {
      mustBeReason(entry.reason);
      must(entry.raw === raw, 'what can’t be read is kept as it was');
      return 'refused';
    }
    const { offset: _offset, ...event } = entry.event;
    mustBeSame(parseEvent(event), { ok: true, event }, 'what was read is read again as the same');
    return 'accepted';
  },
});

/** Events that may be folded, and entries that nobody can read among them. */
const entries = boundary({
  name: 'log-entries',
  share: 6,
  inputs: fc.array(
    fc.oneof(
      { weight: 3, arbitrary: rawEvent },
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    ),
    {
      minLength: 1,
      maxLength: 12,
    },
  ),
  size: ({ length }) => length,
  check: (raws) => {
    const read = raws.map((raw, index) => toEventEntry({ offset: `1-${index}`, raw }));
    const good = read.filter((entry) => entry.ok);
    const all = createPartitionFold(emptyBoard, Number.MAX_SAFE_INTEGER).fold(read, NOW);
    const alone = createPartitionFold(emptyBoard, Number.MAX_SAFE_INTEGER).fold(good, NOW);
    must(
      all.setAside.length === read.length - good.length,
      'what can’t be read is set aside, and nothing else',
      all.setAside,
    );
    for (const { reason } of all.setAside) mustBeReason(reason);
    mustBeSame(all.projection.rows, alone.projection.rows, 'the rows are those of the good entries');
    mustBeSame(all.projection.changes, alone.projection.changes, 'the cards are those of the good entries');
    return { accepted: good.length };
  },
});

/** What only a machine says that means it: the schema takes all of it. */
const meant = boundary({
  name: 'events-with-intent',
  share: 6,
  inputs: fc.array(hostileEvent, { minLength: 1, maxLength: 12 }),
  size: ({ length }) => length,
  check: (told: SessionEvent[]) => {
    mustBeEvents(told);
    const fold = createPartitionFold(emptyBoard, Number.MAX_SAFE_INTEGER);
    const entriesOf = told.map((event) => ({ ok: true as const, offset: '1-0', event: { ...event, offset: '1-0' } }));
    const { setAside, projection } = fold.fold(entriesOf, NOW);
    mustBeSame(setAside, [], 'nothing that the schema takes fails the fold');
    for (const { state } of projection.rows) {
      const stored = JSON.parse(JSON.stringify(state));
      must(
        isDeepStrictEqual(JSON.parse(JSON.stringify(sessionStateSchema.parse(stored))), stored),
        'a row can be read again',
        stored,
      );
    }
    cardsOf(told);
    return 'accepted';
  },
});

const changes = boundary({
  name: 'changes-and-histories',
  share: 6,
  inputs: mutatedBytes(
    mutatedJson([
      { type: 'CardChanged', sessionId: 'session-1', card: aCard() },
      { type: 'CardRemoved', sessionId: 'session-1' },
      { type: 'PullRequestSeen', sessionId: 'session-1', pullRequest: aPullRequest() },
      aSummary('session-1', 'what it does'),
      aStatusChange(),
      aToolEntry(),
      anAskSpan(),
      aWorkSpan(),
      { report: aMachineReport(), receivedAt: NOW },
    ]),
  ),
  check: (bytes) => {
    const raw = bytes.toString('utf8');
    const change = parseChange(raw);
    if (!change.ok) mustBeReason(change.reason);
    const told = [readableHistory([raw]), readableStory([raw]), readableSpans([raw]), readableMachines([raw])];
    must(
      told.every((list) => list.length <= 1),
      'one text is one entry at most',
    );
    return change.ok || told.some((list) => list.length > 0) ? 'accepted' : 'refused';
  },
});

const row = {
  sessionId: 'session-1',
  state: JSON.parse(JSON.stringify(initialState('session-1', 'devbox', NOW))),
  card: aCard(),
};

const rows = boundary({
  name: 'rows-and-records',
  share: 5,
  inputs: mutatedBytes(
    mutatedJson([row, { value: { at: NOW }, expiresAt: NOW + 1 }, { value: null, expiresAt: null }]),
  ),
  check: (bytes) => {
    const raw = bytes.toString('utf8');
    must(typeof hasExpired(raw, NOW) === 'boolean', 'a record is over or not');
    const value = storedValue(raw, NOW);
    let read: ReturnType<typeof parseRow>;
    try {
      read = parseRow(raw);
    } catch (error) {
      must(
        error instanceof Error && error.message.startsWith("a row of the board can't be read"),
        'a broken row says that it is one',
        String(error),
      );
      return value === undefined ? 'refused' : 'accepted';
    }
    return sessionStateSchema.safeParse(read.state).success ? 'accepted' : 'refused';
  },
});

export const door: Door = async () => [upcast, entries, meant, changes, rows];
