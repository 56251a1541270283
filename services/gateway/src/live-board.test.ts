import {
  applyEnrichment,
  type Board,
  type BoardChange,
  type Enrichment,
  emptyBoard,
  type FeedMessage,
  feedMessageSchema,
  formatBoardOffset,
  noEnrichment,
  parseBoardOffset,
  type RecordedChange,
  reduceBoard,
  type Session,
} from '@crewboard/contract';
import { aCard, aSummary } from '@crewboard/contract/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LiveBoard, type SessionChange } from './live-board.ts';

const PARTITIONS = 2;
const SESSIONS = ['a', 'b', 'c', 'd'];

/** Any history of a board: changes of a few sessions, each at the next offset of its session's partition. */
const history: fc.Arbitrary<RecordedChange[]> = fc
  .array(
    fc.record({
      session: fc.nat({ max: SESSIONS.length - 1 }),
      type: fc.constantFrom('CardChanged', 'CardChanged', 'CardRemoved', 'SummaryWritten', 'PullRequestSeen'),
      prompts: fc.nat({ max: 9 }),
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    const last = [0, 0];
    return steps.map(({ session, type, prompts }) => {
      const sessionId = SESSIONS[session] ?? 'a';
      const partition = session % PARTITIONS;
      last[partition] = (last[partition] ?? 0) + 1;
      const offset = `${last[partition]}-0`;
      return { ...changeOf(type, sessionId, prompts), partition, offset };
    });
  });

const changeOf = (type: string, sessionId: string, prompts: number): BoardChange => {
  switch (type) {
    case 'CardRemoved':
      return { type, sessionId };
    case 'SummaryWritten':
      return aSummary(sessionId, `summary ${prompts}`, { through: `${prompts}-0` });
    case 'PullRequestSeen':
      return { type, sessionId, pullRequest: null };
    default:
      return { type: 'CardChanged', sessionId, card: aCard({ sessionId, prompts }) };
  }
};

const parse = (bytes: Buffer): FeedMessage => feedMessageSchema.parse(JSON.parse(bytes.toString('utf8')));
const read = (board: LiveBoard): Board => reduceBoard(emptyBoard, parse(board.snapshot()));
const follow = (board: Board, changes: readonly SessionChange[]): Board =>
  changes.map((change) => parse(change.bytes())).reduce(reduceBoard, board);

const boardOf = (changes: readonly RecordedChange[]): LiveBoard => {
  const board = new LiveBoard('epoch', PARTITIONS);
  for (const change of changes) board.apply(change);
  return board;
};

const positionOf = (board: Board) => {
  const position = board.offset === null ? undefined : parseBoardOffset(board.offset);
  if (!position) throw new Error(`no position in ${board.offset}`);
  return position;
};

/** What a change makes of a session, in so many words; `known` is what was found of the sessions. */
const after = (session: Session | undefined, change: RecordedChange, known: Map<string, Enrichment>) => {
  const { sessionId } = change;
  if (change.type === 'CardRemoved') {
    known.delete(sessionId);
    return undefined;
  }
  if (change.type === 'CardChanged') return { ...change.card, ...(known.get(sessionId) ?? noEnrichment) };
  const enrichment = applyEnrichment(known.get(sessionId) ?? noEnrichment, change);
  known.set(sessionId, enrichment);
  return session && { ...session, ...enrichment };
};

test('holds what the pure reducer holds', () => {
  fc.assert(
    fc.property(history, (changes) => {
      const live = new LiveBoard('epoch', PARTITIONS);
      const known = new Map<string, Enrichment>();
      let pure: Board = { offset: formatBoardOffset(live.position), sessions: new Map() };
      for (const change of changes) {
        const session = after(pure.sessions.get(change.sessionId), change, known);
        live.apply(change);
        const offset = formatBoardOffset(live.position);
        pure = reduceBoard(pure, { kind: 'change', offset, sessionId: change.sessionId, session: session ?? null });
      }
      expect(read(live)).toEqual(pure);
      for (const sessionId of SESSIONS) expect(live.session(sessionId)).toEqual(pure.sessions.get(sessionId));
    }),
  );
});

test('tells in changes what the board became', () => {
  fc.assert(
    fc.property(history, (changes) => {
      const live = new LiveBoard('epoch', PARTITIONS);
      let followed = read(live);
      for (const change of changes) {
        const told = live.apply(change);
        if (told) followed = follow(followed, [told]);
      }
      expect(followed.sessions).toEqual(read(live).sessions);
    }),
  );
});

test('brings anyone up to date from any offset that it gave, also when stopped in the middle', () => {
  fc.assert(
    fc.property(history, fc.nat(), fc.nat(), (changes, cut, stop) => {
      const early = read(boardOf(changes.slice(0, cut % (changes.length + 1))));
      const live = boardOf(changes);
      const position = positionOf(early);
      expect(live.canResume(position)).toBe(true);
      const since = live.changesSince(position);
      expect(follow(early, since).sessions).toEqual(read(live).sessions);

      const partly = follow(early, since.slice(0, stop % (since.length + 1)));
      expect(live.canResume(positionOf(partly))).toBe(true);
      expect(follow(partly, live.changesSince(positionOf(partly))).sessions).toEqual(read(live).sessions);
    }),
  );
});

test('sends each session at most once to who comes back', () => {
  const changes: RecordedChange[] = [1, 2, 3].map((step) => ({
    ...changeOf('CardChanged', 'a', step),
    partition: 0,
    offset: `${step}-0`,
  }));
  const live = boardOf(changes);
  const [only, ...others] = live.changesSince({ epoch: 'epoch', partitions: ['1-0', '0-0'] });
  expect(others).toEqual([]);
  expect(only && parse(only.bytes())).toMatchObject({ sessionId: 'a', session: { prompts: 3 } });
});

test('is the same board after a start from cards and changelog, and resumes the same offsets', () => {
  fc.assert(
    fc.property(history, fc.nat(), (changes, cut) => {
      const live = boardOf(changes);
      const started = new LiveBoard('epoch', PARTITIONS);
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const cards = [...read(live).sessions.values()]
          .filter(({ sessionId }) => SESSIONS.indexOf(sessionId) % PARTITIONS === partition)
          .map(({ summary: _summary, brief: _brief, pullRequest: _pullRequest, ...card }) => card);
        started.seed(partition, cards, [], '0-0');
        for (const change of changes) if (change.partition === partition) started.recall(change);
        started.settle(partition, live.appliedTo(partition), '0-0');
      }
      const ids = (board: LiveBoard) => [...read(board).sessions.keys()].sort();
      expect(ids(started)).toEqual(ids(live));
      const early = read(boardOf(changes.slice(0, cut % (changes.length + 1))));
      const caughtUp = follow(early, started.changesSince(positionOf(early)));
      expect([...caughtUp.sessions.keys()].sort()).toEqual(ids(live));
      for (const [sessionId, session] of caughtUp.sessions) {
        expect(session.prompts).toBe(live.session(sessionId)?.prompts);
      }
    }),
  );
});

test('forgets the oldest removals beyond its limit, and no longer resumes from before them', () => {
  const board = new LiveBoard('epoch', 1, 2);
  let offset = 0;
  const apply = (change: BoardChange) => board.apply({ ...change, partition: 0, offset: `${++offset}-0` });
  for (const sessionId of SESSIONS) apply(changeOf('CardChanged', sessionId, 1));
  for (const sessionId of SESSIONS) apply({ type: 'CardRemoved', sessionId });
  const at = (partition: string) => ({ epoch: 'epoch', partitions: [partition] });
  expect(board.canResume(at('5-0'))).toBe(false);
  expect(board.canResume(at('6-0'))).toBe(true);
  expect(board.changesSince(at('6-0')).map(({ sessionId }) => sessionId)).toEqual(['c', 'd']);
});

test('says one snapshot to all who ask between two changes', () => {
  const board = boardOf([{ ...changeOf('CardChanged', 'a', 1), partition: 0, offset: '1-0' }]);
  const first = board.snapshot();
  expect(board.snapshot()).toBe(first);
  board.apply({ ...changeOf('CardChanged', 'a', 2), partition: 0, offset: '2-0' });
  expect(board.snapshot()).not.toBe(first);
});

test('keeps what was found of a session while its board is folded anew', () => {
  const board = new LiveBoard('epoch', 1);
  board.seed(0, [], [aSummary('a', 'Reads tails')], '0-0');
  board.settle(0, '1-0', '0-0');
  expect(board.size).toBe(0);
  board.apply({ ...changeOf('CardChanged', 'a', 1), partition: 0, offset: '2-0' });
  expect(board.session('a')?.summary).toBe('Reads tails');
  board.apply({ type: 'CardRemoved', sessionId: 'a', partition: 0, offset: '3-0' });
  board.apply({ ...changeOf('CardChanged', 'a', 1), partition: 0, offset: '4-0' });
  expect(board.session('a')?.summary).toBeNull();
});
