import { z } from 'zod';
import { isObject, type JsonObject, objectsOf, textOf } from '../json.ts';
import type { Fact, FactOf } from './facts.ts';

/** Calls that have no result yet. */
const CALLS_MAX = 20;

/** Calls that may make a commit or open a pull request. Of what they print, nothing but a hash or an address leaves. */
export const gitCallsSchema = z.array(z.object({ toolUseId: z.string(), makes: z.enum(['commit', 'pullRequest']) }));
export type GitCalls = z.infer<typeof gitCallsSchema>;

export const noGitCalls: GitCalls = [];

const COMMITS = /\bgit\s[^|;&\n]*\b(?:commit|cherry-pick|revert)\b/;
const OPENS = /\b(?:gh\s+pr\s+(?:create|new|edit|ready|reopen)|hub\s+pull-request)\b/;
/** The same by a tool of a server: `mcp__github__create_pull_request`. */
const OPENING_TOOL = /(?:^|_)create_pull_request$/;

/** What Git says of a commit that it made: `[main 4f2a9c1] Fix it`, `[main (root-commit) 4f2a9c1] Begin`. */
const COMMITTED = /^\[[^\]\n]{1,250} ([0-9a-f]{7,40})\] /gm;
/** The whole address, and nothing behind it but the end of a word. */
const ADDRESS =
  /(?<![\w/.-])https:\/\/([\w.-]{1,200})\/([\w.-]{1,100})\/([\w.-]{1,100})\/pull\/(\d{1,9})(?=$|[\s"',\\)>\]])/g;
const AT_THE_END = new RegExp(`${ADDRESS.source}\\s*$`);

/** Remembers the calls of an `assistant` entry that may do so. What was there itself where there is none. */
export const withGitCalls = (calls: GitCalls, blocks: readonly JsonObject[]): GitCalls => {
  const found = blocks.flatMap(callsOf);
  return found.length === 0 ? calls : [...calls, ...found].slice(-CALLS_MAX);
};

const callsOf = (block: JsonObject): GitCalls => {
  const toolUseId = textOf(block.id);
  const name = textOf(block.name);
  if (block.type !== 'tool_use' || !toolUseId || !name) return [];
  if (OPENING_TOOL.test(name)) return [{ toolUseId, makes: 'pullRequest' }];
  const command = (name === 'Bash' && isObject(block.input) && textOf(block.input.command)) || '';
  return [
    ...(COMMITS.test(command) ? [{ toolUseId, makes: 'commit' as const }] : []),
    ...(OPENS.test(command) ? [{ toolUseId, makes: 'pullRequest' as const }] : []),
  ];
};

/**
 * What the results of a `user` entry say of such calls. `hostOf` names where the session's repository is hosted: an address of any other
 * place than that and github.com is none.
 */
export const gitFacts = (
  calls: GitCalls,
  entry: JsonObject,
  hostOf: () => string | null,
): { calls: GitCalls; facts: Fact[] } => {
  const results = isObject(entry.message)
    ? objectsOf(entry.message.content).filter(({ type }) => type === 'tool_result')
    : [];
  const ended = new Set(results.map((result) => result.tool_use_id));
  const facts = results.flatMap((result): Fact[] => {
    const mine = calls.filter(({ toolUseId }) => toolUseId === result.tool_use_id);
    if (mine.length === 0) return [];
    const printed = printedBy(entry.toolUseResult, result);
    return mine.flatMap(({ makes }): Fact[] =>
      makes === 'commit' ? commitsIn(printed) : pullRequestIn(printed, hostOf()),
    );
  });
  return { calls: calls.filter(({ toolUseId }) => !ended.has(toolUseId)), facts };
};

/** A command's own output, without what it complained of; else the text that the model was given. */
const printedBy = (toolUseResult: unknown, result: JsonObject): string => {
  const stdout = isObject(toolUseResult) ? textOf(toolUseResult.stdout) : undefined;
  const blocks = objectsOf(result.content).flatMap(({ text }) => textOf(text) ?? []);
  return stdout ?? textOf(result.content) ?? blocks.join('\n');
};

const commitsIn = (printed: string): FactOf<'CommitMade'>[] =>
  [...printed.matchAll(COMMITTED)].flatMap(([, sha]) => (sha ? [{ type: 'CommitMade', data: { sha } }] : []));

/** The only pull request that is named, or the one that the output ends with: there `gh` prints what it opened. */
const pullRequestIn = (printed: string, host: string | null): FactOf<'PullRequestLinked'>[] => {
  const named = [...printed.matchAll(ADDRESS)];
  const addresses = new Set(named.map(([address]) => address));
  const found = addresses.size === 1 ? named[0] : AT_THE_END.exec(printed);
  const [url, at, owner, name, number] = found ?? [];
  if (!url || !number || (at !== 'github.com' && at !== host)) return [];
  const data = { url: url.trim(), number: Number(number), repository: `${owner}/${name}`, by: 'output' as const };
  return [{ type: 'PullRequestLinked', data }];
};
