import type { Span, SpanOf } from '@crewboard/contract';

/** How things stood at the end of a piece of work; sums are of the pieces so far. */
export interface UsagePoint {
  at: number;
  /** What the model wrote. */
  output: number;
  /** What it read, the cache included. */
  read: number;
  /** Null from the first piece on of which nobody knows the price. */
  costUsd: number | null;
  contextTokens: number;
}

const workOf = (spans: readonly Span[]): SpanOf<'work'>[] => spans.filter((span) => span.kind === 'work');

/** The pieces of work summed up one after the other, in the order of time. It begins with nothing, where the first began. */
export const usageSeries = (spans: readonly Span[]): UsagePoint[] => {
  const pieces = workOf(spans).toSorted((a, b) => a.at - b.at);
  const [first] = pieces;
  if (!first) return [];
  const points: UsagePoint[] = [{ at: first.since, output: 0, read: 0, costUsd: 0, contextTokens: 0 }];
  let [output, read, costUsd]: [number, number, number | null] = [0, 0, 0];
  for (const { at, tokens, costUsd: more, contextTokens } of pieces) {
    output += tokens.output;
    read += tokens.input + tokens.cacheRead + tokens.cacheWrite;
    costUsd = costUsd === null || more === null ? null : costUsd + more;
    points.push({ at, output, read, costUsd, contextTokens });
  }
  return points;
};

/** Files that the session wrote and how often, the most often written first; and edits of files beyond those that were named. */
export const filesOf = (spans: readonly Span[]): { files: { path: string; edits: number }[]; moreEdits: number } => {
  const edits = new Map<string, number>();
  let moreEdits = 0;
  for (const { files, moreFiles } of workOf(spans)) {
    for (const file of files) edits.set(file.path, (edits.get(file.path) ?? 0) + file.edits);
    moreEdits += moreFiles;
  }
  const files = Array.from(edits, ([path, count]) => ({ path, edits: count }));
  return { files: files.toSorted((a, b) => b.edits - a.edits || a.path.localeCompare(b.path)), moreEdits };
};
