import type { SessionEvent } from '@crewboard/contract';
import type { FileCursor } from '../cursor.ts';
import { streamName, type TranscriptFile } from './find.ts';
import type { Forks } from './forks.ts';
import { createHistoryReader, type HistoryReader } from './history.ts';
import { createLineSplitter, type Line, type LineSplitter } from './lines.ts';
import { CHUNK_BYTES, type OpenTranscript } from './open.ts';
import {
  createTranscriptParser,
  initialParserState,
  type Locate,
  type ParsedLine,
  type ParserState,
  type TranscriptParser,
} from './parse.ts';
import { agentStart, tailStart, WHOLE_BYTES } from './split.ts';
import type { SubagentMeta } from './subagent.ts';
import type { ToldMessages } from './told-messages.ts';

/** The head of a long file is read in pieces of the one size until the first prompt was told, to the other at most. */
const HEAD_BYTES = 16 * 1024;
const HEAD_MAX_BYTES = CHUNK_BYTES;

/** How many messages may reach from the part before into the tail. */
const FIRST_MESSAGES = 4;

/** Events of one read and what the cursor becomes once they are accepted. */
export interface ReadStep {
  events: SessionEvent[];
  cursor: FileCursor;
}

export interface TranscriptReaderOptions {
  name: TranscriptFile;
  machine: string;
  owner: string | null;
  locate: Locate;
  cursor: FileCursor | undefined;
  lineageOf: Forks['lineageOf'];
  /** What the client notes of the subagent that the file belongs to. */
  metaOf: () => SubagentMeta | undefined;
  toldMessages: ToldMessages;
  onLine: (line: Line, parsed: ParsedLine) => void;
}

/** Reads one transcript, step by step: its new lines, and for a long one the part in between later. */
export interface TranscriptReader {
  /** Reads on by one chunk. `hasMore` while the file holds more than was read. */
  read(file: OpenTranscript, observedAt: number): Promise<{ steps: ReadStep[]; hasMore: boolean }>;
  /** Counts on in the part that was left out. `undefined` where there is none, or the file is another one by now. */
  readHistory(file: OpenTranscript, observedAt: number): Promise<ReadStep[] | undefined>;
  readonly hasHistory: boolean;
  readonly readTo: number;
  readonly historyBytes: number;
  readonly identity: string | undefined;
  /** The latest timestamp of its entries, 0 where there is none. */
  readonly lastSignAt: number;
  /** The file is a subagent's that was told to have begun, and not that it is done. */
  readonly isAgentAtWork: boolean;
  readonly clientVersion: string | null;
}

export const createTranscriptReader = (options: TranscriptReaderOptions): TranscriptReader => {
  const { name, machine, owner, locate, onLine } = options;
  const streamPath = options.cursor?.streamPath ?? name.path;
  let identity = options.cursor?.identity;
  let generation = options.cursor?.generation ?? 0;
  let historyCursor = options.cursor?.history ?? null;
  let history: HistoryReader | undefined;
  /** The first messages that the tail tells: their rows may begin in the part before it. Absent once the tail was read. */
  let toldMessages: string[] | undefined =
    historyCursor && options.cursor?.offset === historyCursor.end ? [] : undefined;

  const parserFor = (kind: 'transcript' | 'history', state: ParserState): TranscriptParser =>
    createTranscriptParser({
      sessionId: name.sessionId,
      machine,
      owner,
      locate,
      stream: streamName(kind, streamPath, generation),
      state,
      onlyCounts: kind === 'history',
      ...(name.agentId ? { agentId: name.agentId } : {}),
    });

  let parser = parserFor('transcript', options.cursor?.state ?? initialParserState);
  let splitter: LineSplitter = createLineSplitter(options.cursor?.offset ?? 0);

  const cursor = (at: string): FileCursor => ({
    streamPath,
    identity: at,
    generation,
    offset: splitter.position,
    state: parser.state(),
    history: historyCursor,
    missingSince: null,
  });

  /** The file is another one than it was: nothing of before counts. */
  const beginAnew = (next: string): void => {
    if (identity !== undefined) generation++;
    identity = next;
    parser = parserFor('transcript', initialParserState);
    splitter = createLineSplitter(0);
    historyCursor = null;
    history = undefined;
    toldMessages = undefined;
  };

  const parse = (line: Line, observedAt: number): SessionEvent[] => {
    const parsed: ParsedLine = line.bytes
      ? parser.line(line.bytes, line.start, observedAt)
      : { events: [], problem: 'the line is too long' };
    onLine(line, parsed);
    return parsed.events.some(isToldElsewhere)
      ? parsed.events.filter((event) => event.type !== 'TokensUsed' || !isToldElsewhere(event))
      : parsed.events;
  };

  const isToldElsewhere = (event: SessionEvent): boolean => options.toldMessages.isToldElsewhere(event, streamPath);

  /** Whose history the file begins with: known as soon as it holds an entry that tells, and before that one is read. */
  const settleLineage = async (file: OpenTranscript): Promise<void> => {
    const { lineage } = parser.look();
    const isSettled = lineage.kind === 'own' || (lineage.kind === 'fork' && !lineage.isOpen);
    if (name.agentId || isSettled) return;
    const found = await options.lineageOf(name, file);
    if (found.kind !== 'fork') {
      if (lineage.kind === 'unknown') parser.setLineage(found);
    } else parser.setLineage({ ...found, isTold: lineage.kind === 'fork' && lineage.isTold });
  };

  /** Where its own part begins. */
  const copiedTo = (): number => {
    const { lineage } = parser.look();
    return lineage.kind === 'fork' ? lineage.copiedTo : 0;
  };

  /** Up to the first prompt; of a copy, up to where it says that it is one. */
  const readHead = async (file: OpenTranscript, before: number, observedAt: number): Promise<SessionEvent[]> => {
    const events: SessionEvent[] = [];
    const head = createLineSplitter(0);
    let isEnough = false;
    while (!isEnough && head.readTo < Math.min(HEAD_MAX_BYTES, before)) {
      const chunk = await file.read(head.readTo, Math.min(HEAD_BYTES, before - head.readTo));
      if (chunk.length === 0) break;
      head.push(chunk, (line) => {
        const told = parse(line, observedAt);
        isEnough ||= told.some((event) =>
          event.type === 'PromptSubmitted' ? event.data.by !== 'client' : event.type === 'SessionContinued',
        );
        events.push(...told);
      });
    }
    leaveOut(Math.max(head.position, copiedTo()), before);
    return events;
  };

  /** What lies between is counted later. */
  const leaveOut = (from: number, end: number): void => {
    if (from >= end) return;
    const state = parser.state();
    historyCursor = { at: from, end, state, toldMessages: [] };
    toldMessages = [];
    // A message that waits for its end is counted with the part that follows it.
    parser = parserFor('transcript', { ...state, tokens: { ...state.tokens, held: null } });
  };

  /** The end of a long file first, so that the board shows it at once. */
  const beginAtEnd = async (file: OpenTranscript, observedAt: number): Promise<ReadStep> => {
    const start = Math.max(await tailStart(file), Math.min(copiedTo(), file.sizeBytes));
    const events = await readHead(file, start, observedAt);
    splitter = createLineSplitter(start);
    return { events, cursor: cursor(file.identity) };
  };

  /** A subagent's head says nothing that its session does not. */
  const beginAgent = async (file: OpenTranscript, observedAt: number): Promise<ReadStep> => {
    const start = await agentStart(file, observedAt);
    leaveOut(0, start);
    splitter = createLineSplitter(start);
    return { events: [], cursor: cursor(file.identity) };
  };

  /** The events of a subagent's lines from `before` on, with its beginning and its end. */
  const withSubagent = (events: readonly SessionEvent[], before: number, observedAt: number): SessionEvent[] => {
    const meta = options.metaOf();
    if (!meta) return [...events];
    const lastAt = parser.look().seenAt || observedAt;
    const begin = { position: before, at: events[0]?.occurredAt ?? lastAt };
    const told = parser.subagent(meta, begin, { position: splitter.position, at: lastAt });
    const isFirst = told[0]?.position === before && splitter.position > before;
    return isFirst ? [...told.slice(0, 1), ...events, ...told.slice(1)] : [...events, ...told];
  };

  const isOther = async (file: OpenTranscript): Promise<boolean> => {
    if (file.identity !== identity || file.sizeBytes < splitter.readTo) return true;
    // Written anew in place: a line no longer ends where one ended.
    if (splitter.position === 0 || splitter.position !== splitter.readTo) return false;
    return (await file.read(splitter.position - 1, 1))[0] !== 0x0a;
  };

  return {
    async read(file, observedAt) {
      const steps: ReadStep[] = [];
      const isNew = await isOther(file);
      if (isNew) beginAnew(file.identity);
      await settleLineage(file);
      if (isNew && name.agentId) steps.push(await beginAgent(file, observedAt));
      else if (isNew && file.sizeBytes > WHOLE_BYTES) steps.push(await beginAtEnd(file, observedAt));
      const chunk = await file.read(splitter.readTo, Math.min(CHUNK_BYTES, file.sizeBytes - splitter.readTo));
      const events: SessionEvent[] = [];
      const before = splitter.position;
      splitter.push(chunk, (line) => events.push(...parse(line, observedAt)));
      if (historyCursor && toldMessages) {
        for (const event of events) if (event.type === 'TokensUsed') toldMessages.push(event.data.messageId);
        historyCursor = { ...historyCursor, toldMessages: toldMessages.slice(0, FIRST_MESSAGES) };
      }
      const hasMore = chunk.length > 0 && splitter.readTo < file.sizeBytes;
      // One that has long been done at first sight is only counted.
      const isOver = isNew && before > 0 && before === file.sizeBytes;
      const all = name.agentId && !hasMore && !isOver ? withSubagent(events, before, observedAt) : events;
      if (splitter.position > before || all.length > 0) steps.push({ events: all, cursor: cursor(file.identity) });
      if (!hasMore) toldMessages = undefined;
      return { steps, hasMore };
    },
    async readHistory(file, observedAt) {
      if (!historyCursor || file.identity !== identity || file.sizeBytes < historyCursor.end) return undefined;
      history ??= createHistoryReader({
        from: historyCursor,
        parser: parserFor('history', historyCursor.state),
        isToldElsewhere,
        onLine,
      });
      const { steps } = await history.step(file, observedAt);
      return steps.map((step) => {
        historyCursor = step.cursor;
        if (!historyCursor) history = undefined;
        return { events: step.event ? [step.event] : [], cursor: cursor(file.identity) };
      });
    },
    get hasHistory() {
      return historyCursor !== null;
    },
    get historyBytes() {
      return historyCursor ? (history?.leftBytes ?? historyCursor.end - historyCursor.at) : 0;
    },
    get readTo() {
      return splitter.readTo;
    },
    get identity() {
      return identity;
    },
    get lastSignAt() {
      return parser.look().seenAt;
    },
    get isAgentAtWork() {
      return parser.look().subagent.told === 'started';
    },
    get clientVersion() {
      return parser.look().clientVersion;
    },
  };
};
