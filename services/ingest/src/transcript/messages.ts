import { countOf, countOrNull, isObject, type JsonObject, objectsOf, textOf } from '../json.ts';
import { nameOf, presentable } from '../privacy.ts';
import type { Fact, FactOf } from './facts.ts';
import { inputPreview } from './preview.ts';
import { promptFacts } from './prompt.ts';

/** What a `user` entry tells: results of tools, a prompt, an interrupt, or nothing. */
export const userFacts = (entry: JsonObject, isAgent: boolean): Fact[] => {
  const content = isObject(entry.message) ? entry.message.content : undefined;
  const results = objectsOf(content).filter((block) => block.type === 'tool_result');
  if (results.length === 0) return promptFacts(entry, content, isAgent);
  const facts: Fact[] = results.map((result) => toolFinished(entry, result));
  // Beside results stand only the client's own words; an interrupt among them counts.
  facts.push(...promptFacts(entry, content, isAgent).filter((fact) => fact.type === 'TurnInterrupted'));
  return facts;
};

const toolFinished = (entry: JsonObject, result: JsonObject): Fact => {
  return {
    type: 'ToolFinished',
    data: {
      toolUseId: nameOf(textOf(result.tool_use_id) ?? ''),
      outcome: outcomeOf(entry, result),
      ...backgroundOf(entry.toolUseResult),
    },
  };
};

type Outcome = FactOf<'ToolFinished'>['data']['outcome'];

const outcomeOf = (entry: JsonObject, result: JsonObject): Outcome => {
  const { toolUseResult, toolDenialKind } = entry;
  if (toolDenialKind === 'user-rejected') return 'rejected';
  if (toolDenialKind === 'interrupted' || toolDenialKind === 'cancelled') return 'interrupted';
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
  const task = textOf(result.agentId) ?? textOf(result.runId);
  return { background: 'agent', ...(task ? { taskId: nameOf(task) } : {}) };
};

/** What the blocks of an `assistant` entry tell; its tokens are counted elsewhere. */
export const assistantFacts = (entry: JsonObject, message: JsonObject, cwd: string | undefined): Fact[] => {
  const blocks = objectsOf(message.content);
  if (entry.isApiErrorMessage === true) return [turnFailed(entry, blocks)];
  const model = textOf(message.model);
  // The client's own filler, such as "No response requested.".
  if (model === '<synthetic>') return [];
  return blocks.map((block) => blockFact(block, model === undefined ? null : nameOf(model), cwd));
};

const blockFact = (block: JsonObject, model: string | null, cwd: string | undefined): Fact => {
  const text = block.type === 'text' ? textOf(block.text) : undefined;
  if (text) return { type: 'AssistantReplied', data: { text: presentable(text), model } };
  const toolUseId = textOf(block.id);
  const tool = textOf(block.name);
  if (block.type === 'tool_use' && toolUseId && tool) {
    const input = inputPreview(tool, block.input, cwd);
    return { type: 'ToolRequested', data: { toolUseId: nameOf(toolUseId), tool: nameOf(tool), input, model } };
  }
  return { type: 'AssistantThought', data: { model } };
};

const turnFailed = (entry: JsonObject, blocks: readonly JsonObject[]): Fact => {
  const said = blocks.flatMap((block) => textOf(block.text) ?? []).join('\n');
  const reason = said || textOf(entry.error) || textOf(entry.apiErrorType) || 'The request failed';
  return { type: 'TurnFailed', data: { reason: presentable(reason), httpStatus: countOrNull(entry.apiErrorStatus) } };
};

/**
 * Both ends of a turn are told where both stand in the file: the second changes nothing, and a headless client writes
 * `stop_hook_summary` alone. That one does not say how many agents still run: `runningAgents` does.
 */
export const systemFacts = (entry: JsonObject, runningAgents: number): Fact[] => {
  switch (entry.subtype) {
    case 'turn_duration': {
      const backgroundAgents = countOf(entry.pendingBackgroundAgentCount) + countOf(entry.pendingWorkflowCount);
      return [{ type: 'TurnEnded', data: { durationMs: countOrNull(entry.durationMs), backgroundAgents } }];
    }
    case 'stop_hook_summary':
      return [{ type: 'TurnEnded', data: { durationMs: null, backgroundAgents: runningAgents } }];
    default:
      return [];
  }
};
