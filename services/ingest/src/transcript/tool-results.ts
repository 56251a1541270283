import { isObject, type JsonObject, textOf } from '../json.ts';
import { nameOf } from '../privacy/texts.ts';
import type { Fact, FactOf } from './facts.ts';

type Finished = FactOf<'ToolFinished'>['data'];

/** What the result of one tool call tells: the call's end, and a subagent's where the call was one that waits for it. */
export const resultFacts = (entry: JsonObject, result: JsonObject): Fact[] => {
  const outcome = outcomeOf(entry, result);
  const background = backgroundOf(entry.toolUseResult);
  const finished: Finished = {
    toolUseId: nameOf(textOf(result.tool_use_id) ?? ''),
    outcome,
    ...background,
    ...allowedBy(entry.permissionDecision),
  };
  return [{ type: 'ToolFinished', data: finished }, ...(background ? [] : waitedFor(entry.toolUseResult, outcome))];
};

/** The client's word is `user_temporary`, `user_permanent`, …, or `config` for settings, modes and what they let through. */
const allowedBy = (decision: unknown): Pick<Finished, 'allowedBy'> => {
  if (!isObject(decision) || decision.decision !== 'accept') return {};
  const source = textOf(decision.source) ?? '';
  if (source.startsWith('user')) return { allowedBy: 'person' };
  return source === 'config' ? { allowedBy: 'rule' } : {};
};

const outcomeOf = (entry: JsonObject, result: JsonObject): Finished['outcome'] => {
  const { toolUseResult } = entry;
  const denial = textOf(entry.toolDenialKind);
  if (denial === 'user-rejected') return 'rejected';
  if (denial === 'interrupted' || denial === 'cancelled') return 'interrupted';
  // A rule's no, or a classifier's.
  if (denial !== undefined) return 'denied';
  if (isObject(toolUseResult) && toolUseResult.interrupted === true) return 'interrupted';
  // Versions without `toolDenialKind` say it in words.
  if (toolUseResult === 'User rejected tool use') return 'rejected';
  return result.is_error === true ? 'error' : 'done';
};

/** The task that goes on after a call, by the call's result; `undefined` where none does. */
export const backgroundOf = (result: unknown): { background: 'shell' | 'agent'; taskId?: string } | undefined => {
  if (!isObject(result)) return undefined;
  const shell = textOf(result.backgroundTaskId);
  if (shell) return { background: 'shell', taskId: nameOf(shell) };
  if (result.status !== 'async_launched') return undefined;
  const task = textOf(result.agentId) ?? textOf(result.taskId) ?? textOf(result.runId);
  return { background: 'agent', ...(task ? { taskId: nameOf(task) } : {}) };
};

/** The result of a call that waited for its subagent names it. */
const waitedFor = (toolUseResult: unknown, outcome: Finished['outcome']): FactOf<'SubagentStopped'>[] => {
  const agentId = isObject(toolUseResult) ? textOf(toolUseResult.agentId) : undefined;
  if (agentId === undefined) return [];
  const how = outcome === 'done' ? 'done' : outcome === 'error' ? 'failed' : 'stopped';
  return [{ type: 'SubagentStopped', agentId: nameOf(agentId), data: { outcome: how } }];
};
