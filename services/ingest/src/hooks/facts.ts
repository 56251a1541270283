import { isObject, type JsonObject, objectsOf, textOf } from '../json.ts';
import { nameOf, presentable } from '../privacy/texts.ts';
import type { Fact, FactOf } from '../transcript/facts.ts';
import { inputPreview } from '../transcript/preview.ts';
import { promptFacts } from '../transcript/prompt.ts';
import { backgroundOf } from '../transcript/tool-results.ts';
import {
  askedCall,
  closeCall,
  dropCalls,
  finishedCall,
  inputKey,
  type Launch,
  launchOf,
  noteLaunched,
  openCall,
  type SessionMemory,
} from './memory.ts';

/** Events of the client that say nothing of a session's status. */
const SILENT = new Set([
  'ConfigChange',
  'CwdChanged',
  'DirectoryAdded',
  'FileChanged',
  'InstructionsLoaded',
  'MessageDisplay',
  'PostModelSwitch',
  'PostToolBatch',
  'PreModelSwitch',
  'Setup',
  'TaskCompleted',
  'TaskCreated',
  'TeammateIdle',
  'UserPromptExpansion',
  'WorktreeCreate',
  'WorktreeRemove',
]);

/** The name is the client's, but says nothing: not even its session is sure (`InstructionsLoaded` has a provisional one). */
export const isSilentName = (name: string): boolean => SILENT.has(name);

/**
 * What a payload tells, but for place and permission mode; `undefined` for a name that nothing is known of. Notes in `session` which
 * calls are open.
 */
export const hookFacts = (
  name: string,
  payload: JsonObject,
  agentId: string | undefined,
  session: SessionMemory,
): Fact[] | undefined => {
  switch (name) {
    case 'SessionStart':
      return [{ type: 'SessionStarted', data: { how: howOf(payload.source), model: nameOrNull(payload.model) } }];
    case 'SessionEnd':
      return [{ type: 'SessionEnded', data: { reason: nameOr(payload.reason, 'other') } }];
    case 'UserPromptSubmit':
      return promptSubmitted(payload, agentId, session);
    case 'PreToolUse':
      return toolRequested(payload, agentId, session);
    case 'PostToolUse':
    case 'PostToolUseFailure':
    case 'PermissionDenied':
      return toolFinished(name, payload, agentId, session);
    case 'PermissionRequest':
      return [permissionRequested(payload, agentId, session)];
    case 'Notification': {
      const kind = nameOr(payload.notification_type, 'unknown');
      return [{ type: 'Notified', data: { kind, message: presentable(textOf(payload.message) ?? '') } }];
    }
    case 'Stop':
      dropCalls(session, agentId);
      return [{ type: 'TurnEnded', data: { durationMs: null, ...runningTasks(payload.background_tasks) } }];
    case 'StopFailure':
      dropCalls(session, agentId);
      return [turnFailed(payload)];
    case 'SubagentStart':
    case 'SubagentStop':
      return subagent(name, payload, agentId, session);
    case 'PreCompact':
      return [{ type: 'CompactionStarted', data: { trigger: triggerOf(payload) } }];
    case 'PostCompact': {
      const data = { trigger: triggerOf(payload), tokensBefore: null, tokensAfter: null };
      return [{ type: 'CompactionFinished', data }];
    }
    case 'Elicitation': {
      const server = nameOr(payload.mcp_server_name, 'unknown');
      return [{ type: 'ElicitationRequested', data: { server, message: presentable(textOf(payload.message) ?? '') } }];
    }
    case 'ElicitationResult': {
      const server = nameOr(payload.mcp_server_name, 'unknown');
      return [{ type: 'ElicitationAnswered', data: { server, action: actionOf(payload.action) } }];
    }
    default:
      return SILENT.has(name) ? [] : undefined;
  }
};

const nameOr = (value: unknown, otherwise: string): string => nameOf(textOf(value) ?? otherwise);

const nameOrNull = (value: unknown): string | null => {
  const text = textOf(value);
  return text === undefined ? null : nameOf(text);
};

type How = FactOf<'SessionStarted'>['data']['how'];
const howOf = (source: unknown): How =>
  source === 'resume' || source === 'clear' || source === 'fork' || source === 'compact' ? source : 'startup';

const triggerOf = ({ trigger }: JsonObject): 'manual' | 'auto' => (trigger === 'manual' ? 'manual' : 'auto');

type Action = FactOf<'ElicitationAnswered'>['data']['action'];
const actionOf = (action: unknown): Action => (action === 'accept' || action === 'decline' ? action : 'cancel');

const promptSubmitted = (payload: JsonObject, agentId: string | undefined, session: SessionMemory): Fact[] => {
  const { prompt, prompt_id: promptId } = payload;
  // What is typed while a turn runs has that turn's id: its calls stay open.
  dropCalls(session, agentId, nameOrNull(promptId));
  const facts = promptFacts({ promptId }, prompt, agentId !== undefined);
  // Whoever types the words of an interrupt interrupts nothing.
  return facts.filter(({ type }) => type !== 'TurnInterrupted');
};

/** A payload that was cut before it named its call: all it says is that the session works. */
const signOfWork = (): Fact[] => [{ type: 'AssistantThought', data: { model: null } }];

const toolRequested = (payload: JsonObject, agentId: string | undefined, session: SessionMemory): Fact[] => {
  const toolUseId = nameOrNull(payload.tool_use_id);
  const { tool_input: given } = payload;
  if (toolUseId === null) return signOfWork();
  const tool = nameOr(payload.tool_name, 'unknown');
  openCall(session, {
    toolUseId,
    tool,
    agentId,
    promptId: nameOrNull(payload.prompt_id),
    input: inputKey(given),
    wasAsked: false,
    launch: tool === 'Agent' || tool === 'Task' ? launch(toolUseId, given) : undefined,
  });
  const input = previewOf(tool, given, payload.cwd);
  return [{ type: 'ToolRequested', data: { toolUseId, tool, input, model: null } }];
};

const launch = (toolUseId: string, input: unknown): Launch => {
  const { subagent_type: type, description, run_in_background: background } = isObject(input) ? input : {};
  const said = textOf(description);
  return {
    toolUseId,
    agentType: nameOrNull(type),
    description: said === undefined ? null : presentable(said),
    isBackground: background === true,
  };
};

const toolFinished = (
  name: 'PostToolUse' | 'PostToolUseFailure' | 'PermissionDenied',
  payload: JsonObject,
  agentId: string | undefined,
  session: SessionMemory,
): Fact[] => {
  const { tool_response: response } = payload;
  const of = { tool: nameOr(payload.tool_name, 'unknown'), agentId, input: inputKey(payload.tool_input) };
  const toolUseId = nameOrNull(payload.tool_use_id) ?? finishedCall(session, of)?.toolUseId;
  if (toolUseId === undefined) return signOfWork();
  const call = closeCall(session, toolUseId);
  const background = name === 'PostToolUse' ? backgroundOf(response) : undefined;
  if (background?.background === 'agent' && background.taskId) {
    const launched = call?.launch ?? launch(toolUseId, payload.tool_input);
    noteLaunched(session, background.taskId, { ...launched, isBackground: true });
  }
  return [{ type: 'ToolFinished', data: { toolUseId, outcome: outcomeOf(name, payload), ...background } }];
};

const outcomeOf = (name: string, { tool_response: response, is_interrupt: isInterrupt }: JsonObject) => {
  if (name === 'PermissionDenied') return 'denied';
  if (name === 'PostToolUseFailure') return isInterrupt === true ? 'interrupted' : 'error';
  return isObject(response) && response.interrupted === true ? 'interrupted' : 'done';
};

const permissionRequested = (payload: JsonObject, agentId: string | undefined, session: SessionMemory): Fact => {
  const tool = nameOr(payload.tool_name, 'unknown');
  const call = askedCall(session, { tool, agentId, input: inputKey(payload.tool_input) });
  if (call) call.wasAsked = true;
  return {
    type: 'PermissionRequested',
    data: {
      kind: tool === 'AskUserQuestion' ? 'question' : tool === 'ExitPlanMode' ? 'plan' : 'permission',
      tool,
      input: previewOf(tool, payload.tool_input, payload.cwd),
      toolUseId: call?.toolUseId ?? null,
      promptId: nameOrNull(payload.prompt_id),
    },
  };
};

const previewOf = (tool: string, input: unknown, cwd: unknown): string => {
  try {
    return inputPreview(tool, input, textOf(cwd));
  } catch {
    // Nested too deeply to be written.
    return '';
  }
};

const turnFailed = (payload: JsonObject): Fact => {
  const error = textOf(payload.error);
  const reason = textOf(payload.last_assistant_message) ?? textOf(payload.error_details) ?? error;
  return {
    type: 'TurnFailed',
    data: {
      reason: presentable(reason ?? 'The request failed'),
      httpStatus: null,
      ...(error ? { error: nameOf(error) } : {}),
    },
  };
};

const AGENTS = new Set<unknown>(['subagent', 'workflow']);
const SHELLS = new Set<unknown>(['shell', 'monitor']);

/** How many agents and shells still run. Versions that tell no tasks tell no shells either. */
const runningTasks = (tasks: unknown): { backgroundAgents: number; backgroundShells?: number } => {
  if (!Array.isArray(tasks)) return { backgroundAgents: 0 };
  const running = objectsOf(tasks).filter(({ status }) => status === undefined || status === 'running');
  return {
    backgroundAgents: running.filter(({ type }) => AGENTS.has(type)).length,
    backgroundShells: running.filter(({ type }) => SHELLS.has(type)).length,
  };
};

/** The client's own helpers have no type, and mostly no start: they are no subagents. */
const subagent = (
  name: 'SubagentStart' | 'SubagentStop',
  payload: JsonObject,
  agentId: string | undefined,
  session: SessionMemory,
): Fact[] => {
  const agentType = nameOrNull(payload.agent_type);
  if (agentId === undefined || agentType === null) return [];
  if (name === 'SubagentStop') {
    dropCalls(session, agentId);
    session.launched.delete(agentId);
    return [{ type: 'SubagentStopped', data: { outcome: 'done' } }];
  }
  const by = launchOf(session, agentId, agentType);
  const { toolUseId = null, description = null, isBackground = false } = by ?? {};
  return [{ type: 'SubagentStarted', data: { agentType, description, toolUseId, isBackground } }];
};
