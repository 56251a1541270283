import { type EventOf, type SessionEvent, SPAN_FILES_MAX, type SpanOf, usdOf } from '@crewboard/contract';
import { z } from 'zod';
import { count, ms, plus } from '../views/fields.ts';
import { keptSchema, nothingKept } from '../views/kept.ts';
import type { Transcript } from '../views/transcript.ts';

/** What the work under way has used so far, since the last span of it was told. */
export const workSchema = z.object({
  since: ms,
  tokens: z.object({ input: count, output: count, cacheRead: count, cacheWrite: count }),
  /** Null where a model among them has no price. */
  costUsd: z.number().nonnegative().nullable(),
  /** How often each file was written. */
  files: keptSchema(count),
  moreFiles: count,
});
export type Work = z.infer<typeof workSchema>;

/** So long a turn is told in pieces, in ms. */
const PIECE_MS = 5 * 60_000;

/** Tools that write the file that their input names. */
const EDITING: ReadonlySet<string> = new Set(['Edit', 'MultiEdit', 'Write', 'NotebookEdit']);

const begun = (since: number): Work => ({
  since,
  tokens: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
  costUsd: 0,
  files: nothingKept(),
  moreFiles: 0,
});

/** The work after an event; `transcript` is the one before it. Only transcripts tell of it: they have the tokens and the order. */
export const evolveWork = (work: Work | null, transcript: Transcript, event: SessionEvent): Work | null => {
  if (event.source !== 'transcript') return work;
  switch (event.type) {
    case 'PromptSubmitted':
      return work ?? begun(event.occurredAt);
    case 'TokensUsed':
      return withTokens(work ?? begun(event.occurredAt), event);
    case 'ToolFinished': {
      const path = writtenBy(transcript, event);
      return path === undefined ? work : withFile(work ?? begun(event.occurredAt), path);
    }
    default:
      return work;
  }
};

/** Whether what came so far is to be told with this event: the turn is over, or has gone on for long. */
export const isPieceOver = ({ since }: Work, { type, agentId, source, occurredAt }: SessionEvent): boolean => {
  if (source !== 'transcript') return false;
  if (type === 'TokensUsed' || type === 'ToolFinished') return occurredAt - since >= PIECE_MS;
  return agentId === undefined && (type === 'TurnEnded' || type === 'TurnInterrupted' || type === 'TurnFailed');
};

/** `undefined` where nothing was used and nothing written: a turn that was stopped at once. */
export const workSpan = (work: Work, occurredAt: number, contextTokens: number): SpanOf<'work'> | undefined => {
  const { since, tokens, costUsd, moreFiles } = work;
  const files = Array.from(work.files, ([path, edits]) => ({ path, edits }));
  if (tokens.input + tokens.output + tokens.cacheRead + tokens.cacheWrite + files.length === 0) return undefined;
  const at = Math.max(since, occurredAt);
  return { kind: 'work', since, at, tokens, costUsd: round(costUsd), contextTokens, files, moreFiles };
};

/** To a millionth: sums of prices are not exact. */
const round = (usd: number | null): number | null => usd && Math.round(usd * 1_000_000) / 1_000_000;

const withTokens = (work: Work, { data }: EventOf<'TokensUsed'>): Work => {
  const usd = work.costUsd === null ? null : usdOf(data.model, data);
  const { input, output, cacheRead, cacheWrite } = work.tokens;
  return {
    since: work.since,
    tokens: {
      input: plus(input, data.input),
      output: plus(output, data.output),
      cacheRead: plus(cacheRead, data.cacheRead),
      cacheWrite: plus(cacheWrite, data.cacheWrite),
    },
    // More than a number holds is no cost.
    costUsd: work.costUsd !== null && usd !== null && Number.isFinite(usd) ? work.costUsd + usd : null,
    files: work.files,
    moreFiles: work.moreFiles,
  };
};

const writtenBy = ({ openTools, agents }: Transcript, event: EventOf<'ToolFinished'>): string | undefined => {
  const { toolUseId, outcome } = event.data;
  if (outcome !== 'done') return undefined;
  const calls = event.agentId === undefined ? openTools : agents.get(event.agentId)?.openTools;
  const call = calls?.get(toolUseId);
  return call && EDITING.has(call.tool) && call.input !== '' ? call.input : undefined;
};

const withFile = (work: Work, path: string): Work => {
  const { files } = work;
  const known = files.get(path);
  if (known === undefined && files.size >= SPAN_FILES_MAX) return { ...work, moreFiles: plus(work.moreFiles, 1) };
  return { ...work, files: files.with(path, plus(known ?? 0, 1), SPAN_FILES_MAX) };
};
