import { z } from 'zod';
import { gitCallsSchema, noGitCalls } from './git-calls.ts';
import { lineageSchema } from './lineage.ts';
import { earlyStateSchema, toldStateSchema } from './state-entries.ts';
import { subagentStateSchema, untoldSubagent } from './subagent.ts';
import { noTasks, taskStateSchema } from './tasks.ts';
import { noTokens, tokenStateSchema } from './tokens.ts';

/**
 * What a parser remembers between lines. Saved with the cursor, so that going on after a restart tells the same events. The
 * defaults are for what an older agent saved.
 */
export const parserStateSchema = z.object({
  /** The last `SessionLocated`, as JSON. */
  located: z.string().nullable(),
  clientVersion: z.string().nullable(),
  /** The latest timestamp of the file, for the entries that have none; 0 before the first. */
  seenAt: z.number(),
  told: toldStateSchema,
  early: earlyStateSchema,
  /** Tool calls whose agents run in the background. */
  agents: z.array(z.string()),
  tokens: tokenStateSchema,
  lineage: lineageSchema.default({ kind: 'own' }),
  /** The first prompt that no client wrote, cut. */
  goal: z.string().nullable().default(null),
  tasks: taskStateSchema.default(noTasks),
  gitCalls: gitCallsSchema.default(noGitCalls),
  subagent: subagentStateSchema.default(untoldSubagent),
});
export type ParserState = z.infer<typeof parserStateSchema>;

export const initialParserState: ParserState = {
  located: null,
  clientVersion: null,
  seenAt: 0,
  told: {},
  early: {},
  agents: [],
  tokens: noTokens,
  lineage: { kind: 'unknown' },
  goal: null,
  tasks: noTasks,
  gitCalls: noGitCalls,
  subagent: untoldSubagent,
};
