import type { EventOf, SessionEvent } from '@crewboard/contract';
import type { HistoryCursor } from '../cursor.ts';
import { createLineSplitter, type Line } from './lines.ts';
import { CHUNK_BYTES, type OpenTranscript } from './open.ts';
import type { ParsedLine, TranscriptParser } from './parse.ts';
import { isToolResultLine } from './sniff.ts';

type Counts = EventOf<'HistoryCounted'>['data'];
type Tokens = Counts['tokens'][number];

/** A count covers the lines up to the first one that ends so far or further behind its start. The same on every run. */
const COUNT_BYTES = 1024 * 1024;
const MODELS_MAX = 50;

/** What one count says, and where to go on once it is accepted. */
export interface HistoryStep {
  event: SessionEvent | undefined;
  /** `null` when all is counted. */
  cursor: HistoryCursor | null;
}

/** Counts the middle of a long transcript, from its head to where its tail was told event by event. */
export interface HistoryReader {
  /** Reads the next piece; what it completes comes back. `isDone` once there is nothing left. */
  step(file: OpenTranscript, observedAt: number): Promise<{ steps: HistoryStep[]; isDone: boolean }>;
  readonly leftBytes: number;
}

export interface HistoryReaderOptions {
  from: HistoryCursor;
  /** A parser of its own for this part, with the stream of the history, in the state of the cursor. */
  parser: TranscriptParser;
  /** See `ToldMessages`. */
  isToldElsewhere: (event: SessionEvent) => boolean;
  onLine: (line: Line, parsed: ParsedLine) => void;
}

export const createHistoryReader = ({ from, parser, isToldElsewhere, onLine }: HistoryReaderOptions): HistoryReader => {
  const { end } = from;
  const splitter = createLineSplitter(from.at);
  const toldHere = new Set(from.toldMessages);
  let start = from.at;
  let counts = noCounts();
  let template: SessionEvent | undefined;

  const count = (events: readonly SessionEvent[]): void => {
    for (const event of events) {
      template = event;
      if (event.type === 'PromptSubmitted' && event.data.by !== 'client' && !event.agentId) counts.prompts++;
      const isCounted = event.type !== 'TokensUsed' || toldHere.has(event.data.messageId) || isToldElsewhere(event);
      if (!isCounted) addTokens(counts.tokens, event.data);
    }
  };

  const read = ({ bytes, start }: Line, observedAt: number): ParsedLine => {
    if (!bytes) return { events: [], problem: 'the line is too long' };
    return isToolResultLine(bytes) ? { events: [] } : parser.line(bytes, start, observedAt);
  };

  const close = (position: number): HistoryStep => {
    const { prompts, tokens } = counts;
    const data: Counts = { prompts, tokens: [...tokens.values()].slice(0, MODELS_MAX) };
    const hasNews = prompts > 0 || tokens.size > 0;
    const event: SessionEvent | undefined =
      hasNews && template ? { ...template, type: 'HistoryCounted', position, data } : undefined;
    counts = noCounts();
    start = position;
    const cursor = position < end ? { ...from, at: position, state: parser.state() } : null;
    return { event, cursor };
  };

  return {
    async step(file, observedAt) {
      const steps: HistoryStep[] = [];
      const chunk = await file.read(splitter.readTo, Math.min(CHUNK_BYTES, end - splitter.readTo));
      splitter.push(chunk, (line) => {
        const parsed = read(line, observedAt);
        onLine(line, parsed);
        count(parsed.events);
        if (line.end - start >= COUNT_BYTES && line.end < end) steps.push(close(line.end));
      });
      const isDone = chunk.length === 0 || splitter.readTo >= end;
      if (isDone) {
        count(parser.finish(splitter.position, observedAt));
        steps.push(close(end));
      }
      return { steps, isDone };
    },
    get leftBytes() {
      return end - splitter.readTo;
    },
  };
};

const noCounts = (): { prompts: number; tokens: Map<string, Tokens> } => ({ prompts: 0, tokens: new Map() });

const addTokens = (tokens: Map<string, Tokens>, { model, ...more }: Tokens): void => {
  const before = tokens.get(model);
  const cacheWrite1h = (before?.cacheWrite1h ?? 0) + (more.cacheWrite1h ?? 0);
  tokens.set(model, {
    model,
    input: (before?.input ?? 0) + more.input,
    output: (before?.output ?? 0) + more.output,
    cacheRead: (before?.cacheRead ?? 0) + more.cacheRead,
    cacheWrite: (before?.cacheWrite ?? 0) + more.cacheWrite,
    ...(cacheWrite1h > 0 ? { cacheWrite1h } : {}),
  });
};
