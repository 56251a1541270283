import { isObject, type JsonObject, objectsOf, textOf } from '../json.ts';
import { nameOf } from '../privacy/texts.ts';
import { taskNotification } from './notification.ts';

/** More than any session runs at once. */
const AGENTS_MAX = 100;

/**
 * The tool calls whose agents run in the background, after one more entry: a result says that one was launched, a task
 * notification that it is back, and the end of a turn with none pending that all are.
 */
export const runningAgents = (running: string[], entry: JsonObject): string[] => {
  const content = isObject(entry.message) ? entry.message.content : undefined;
  if (entry.type === 'system') {
    const isOver =
      entry.subtype === 'turn_duration' && !entry.pendingBackgroundAgentCount && !entry.pendingWorkflowCount;
    return isOver ? NONE : running;
  }
  const text = running.length === 0 ? undefined : firstText(content);
  const launched =
    isObject(entry.toolUseResult) && entry.toolUseResult.status === 'async_launched'
      ? objectsOf(content).flatMap((block) => textOf(block.tool_use_id) ?? [])
      : [];
  const rest = withoutReported(running, text);
  return launched.length === 0 ? rest : [...rest, ...launched.map(nameOf)].slice(-AGENTS_MAX);
};

const NONE: string[] = [];

const firstText = (content: unknown): string | undefined =>
  typeof content === 'string' ? content : objectsOf(content).flatMap((block) => textOf(block.text) ?? [])[0];

/** Without the one that a task notification says is back. */
export const withoutReported = (running: string[], text: string | undefined): string[] => {
  const back = text === undefined || running.length === 0 ? undefined : taskNotification(text)?.toolUseId;
  return back === undefined ? running : running.filter((id) => id !== back);
};
