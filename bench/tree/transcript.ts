import type { Random } from '../../cli/src/demo/random.ts';
import { createEntryWriter, type EntryWriter, type Envelope, type Line, type TokenUse } from './entries.ts';
import type { Filler } from './filler.ts';

/** What one transcript file shall be like. Times in ms since 1970. */
export interface TranscriptPlan {
  envelope: Envelope;
  title: string;
  sizeBytes: number;
  /** The part of the bytes, 0 to 1, that are attachments and api-request entries. */
  bulkShare: number;
  endAt: number;
}

export interface Transcript {
  text: string;
  lines: number;
  startAt: number;
}

const MEAN_LINE_BYTES = 2_900;
const MEAN_STEP_MS = 8_000;

/** Log-normal: half the values lie below `median`, a few far above. */
const spread = (random: Random, median: number, sigma: number, most: number): number => {
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Math.min(most, Math.max(1, Math.round(median * Math.exp(sigma * normal))));
};

const toolInput = (random: Random, filler: Filler, tool: string): Record<string, unknown> => {
  const file = `/home/dev/src/module-${random.int(1, 400)}.ts`;
  switch (tool) {
    case 'Bash':
      return { command: `npm test -- module-${random.int(1, 400)} | tail -20`, description: 'Run the tests' };
    case 'Edit':
      return {
        file_path: file,
        old_string: filler.output(spread(random, 350, 1, 20_000)),
        new_string: filler.output(spread(random, 450, 1, 20_000)),
      };
    case 'Write':
      return { file_path: file, content: filler.output(spread(random, 3_000, 1, 120_000)) };
    case 'Grep':
      return { pattern: 'offset', path: 'src' };
    default:
      return { file_path: file };
  }
};

/** Writes turn after turn until the size is reached: prompt, messages of several blocks, tool calls with results, turn end. */
export const writeTranscript = (plan: TranscriptPlan, random: Random, filler: Filler): Transcript => {
  const writer = createEntryWriter(plan.envelope, random);
  const startAt = plan.endAt - Math.round((plan.sizeBytes / MEAN_LINE_BYTES) * MEAN_STEP_MS);
  const parts: Line[] = [];
  let sizeBytes = 0;
  let bulkBytes = 0;
  let atMs = startAt;
  let costUsd = 0;
  const total: TokenUse = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

  const put = (text: Line): number => {
    parts.push(text);
    const bytes = Buffer.byteLength(text);
    sizeBytes += bytes;
    return bytes;
  };
  const tick = (): number => {
    atMs = Math.min(plan.endAt, atMs + Math.round(random.between(0.2, 1.8) * MEAN_STEP_MS));
    return atMs;
  };
  const putBulk = (): void => {
    while (bulkBytes < sizeBytes * plan.bulkShare) bulkBytes += put(bulkEntry(writer, random, filler, atMs));
  };
  const message = (stopReason: 'tool_use' | 'end_turn') => {
    const use = {
      input: random.int(2, 40),
      output: random.int(40, 900),
      cacheRead: random.int(8_000, 160_000),
      cacheWrite: random.int(200, 4_000),
    };
    total.input += use.input;
    total.output += use.output;
    total.cacheRead += use.cacheRead;
    total.cacheWrite += use.cacheWrite;
    costUsd += random.between(0.01, 0.09);
    return { id: `msg_${random.hex(24)}`, stopReason, use };
  };
  const step = (): void => {
    const head = message('tool_use');
    let index = 0;
    if (random.chance(0.3)) {
      const thinking = {
        type: 'thinking' as const,
        thinking: filler.prose(spread(random, 300, 1, 8_000)),
        signature: random.hex(400),
      };
      put(writer.assistant(tick(), head, thinking, index++));
    }
    if (random.chance(0.4)) {
      put(
        writer.assistant(tick(), head, { type: 'text', text: filler.prose(spread(random, 160, 0.8, 4_000)) }, index++),
      );
    }
    const calls = Array.from({ length: random.chance(0.15) ? random.int(2, 4) : 1 }, () => `toolu_${random.hex(24)}`);
    for (const id of calls) {
      const name = random.pick(['Bash', 'Bash', 'Read', 'Read', 'Edit', 'Edit', 'Grep', 'Write']);
      put(
        writer.assistant(tick(), head, { type: 'tool_use', id, name, input: toolInput(random, filler, name) }, index++),
      );
    }
    for (const id of calls)
      put(writer.toolResult(tick(), id, filler.output(spread(random, 680, 1.6, 900_000)), random.chance(0.06)));
    putBulk();
  };

  put(writer.metadata(plan.title));
  let turns = 0;
  while (sizeBytes < plan.sizeBytes) {
    const turnStart = tick();
    put(writer.prompt(turnStart, turns === 0 ? plan.title : filler.prose(spread(random, 120, 0.9, 6_000))));
    if (turns === 0) put(writer.aiTitle(plan.title));
    putBulk();
    for (let left = random.int(2, 14); left > 0 && sizeBytes < plan.sizeBytes; left--) step();
    if (random.chance(0.04)) put(writer.interrupted(tick()));
    else {
      put(
        writer.assistant(
          tick(),
          message('end_turn'),
          { type: 'text', text: filler.prose(spread(random, 500, 0.8, 6_000)) },
          0,
        ),
      );
      put(writer.turnDuration(tick(), atMs - turnStart, 12));
    }
    put(writer.costState(costUsd, total, turns * 40, turns * 11) + writer.metadata(plan.title));
    turns += 1;
  }
  const text = parts.join('');
  return { text, lines: countLines(text), startAt };
};

const bulkEntry = (writer: EntryWriter, random: Random, filler: Filler, atMs: number): Line => {
  const kind = random.next();
  if (kind < 0.35) return writer.apiRequest(atMs);
  if (kind < 0.75) return writer.attachment(atMs, 'prompt_snapshot', filler.prose(spread(random, 2_000, 1, 60_000)));
  if (kind < 0.95) return writer.apiRequestBlob(filler.prose(spread(random, 2_500, 1, 60_000)));
  return writer.apiRequestShape(atMs, filler.prose(42_000));
};

const countLines = (text: string): number => {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
};
