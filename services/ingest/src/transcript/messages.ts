import { countOrNull, isObject, type JsonObject, objectsOf, textOf } from '../json.ts';
import { nameOf, presentable, presentableLong } from '../privacy/texts.ts';
import type { Fact } from './facts.ts';
import { inputPreview } from './preview.ts';
import { promptFacts } from './prompt.ts';
import { resultFacts } from './tool-results.ts';

/** What a `user` entry tells: results of tools, a prompt, an interrupt, or nothing. */
export const userFacts = (entry: JsonObject, isAgent: boolean): Fact[] => {
  const content = isObject(entry.message) ? entry.message.content : undefined;
  const results = objectsOf(content).filter((block) => block.type === 'tool_result');
  if (results.length === 0) return promptFacts(entry, content, isAgent);
  const facts = results.flatMap((result) => resultFacts(entry, result));
  // Beside results stand only the client's own words; an interrupt among them counts.
  facts.push(...promptFacts(entry, content, isAgent).filter((fact) => fact.type === 'TurnInterrupted'));
  return facts;
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
  if (text) return { type: 'AssistantReplied', data: { text: presentableLong(text), model } };
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
  const error = textOf(entry.error) ?? textOf(entry.apiErrorType);
  return {
    type: 'TurnFailed',
    data: {
      reason: presentable(reason),
      httpStatus: countOrNull(entry.apiErrorStatus),
      ...(error ? { error: nameOf(error) } : {}),
    },
  };
};
