import { parseJson } from './recording.ts';

export interface ChangedTranscript {
  bytes: Buffer;
  /** Where an offset of the original lies now. One in the midst of a line stays in the midst of it. */
  offset(original: number): number;
}

const NEWLINE = 0x0a;

/** Changes a transcript line by line. Throws where a whole line is no JSON; a last line without an end stays half-written. */
export const changeTranscript = (original: Buffer, change: (entry: unknown) => unknown): ChangedTranscript => {
  const lines: Buffer[] = [];
  /** Where each line begins, in the original and now; the last pair is the end of both. */
  const starts: { before: number; after: number }[] = [];
  let before = 0;
  let after = 0;
  while (before < original.length) {
    const newline = original.indexOf(NEWLINE, before);
    const isWhole = newline >= 0;
    const line = original.subarray(before, isWhole ? newline + 1 : original.length);
    const entry = parseJson(line.toString('utf8'));
    if (entry === undefined && isWhole) throw new Error(`line ${lines.length + 1} of the transcript is no JSON`);
    const changed = isWhole ? Buffer.from(`${JSON.stringify(change(entry))}\n`) : Buffer.from('x'.repeat(line.length));
    starts.push({ before, after });
    lines.push(changed);
    before += line.length;
    after += changed.length;
  }
  starts.push({ before, after });
  return {
    bytes: Buffer.concat(lines),
    offset: (position) => {
      const index = starts.findLastIndex((start) => start.before <= position);
      const start = starts[index] ?? { before: 0, after: 0 };
      const next = starts[index + 1];
      if (!next || position === start.before) return start.after;
      return Math.min(start.after + Math.max(1, position - start.before), next.after - 1);
    },
  };
};
