import { TEXT_MAX } from '@crewboard/contract';
import { z } from 'zod';
import { isObject, type JsonObject, objectsOf, textOf } from '../json.ts';
import { nameOf, presentableLine } from '../privacy/texts.ts';
import type { Fact, FactOf } from './facts.ts';

const status = z.enum(['pending', 'in_progress', 'completed']);
const task = z.object({ id: z.string(), subject: z.string(), status });
type Task = z.infer<typeof task>;

/** What the contract lets through, and more than anyone reads. */
const TASKS_MAX = 100;
/** Calls that have no result yet. */
const CALLS_MAX = 20;

/** A call that changes the list, once its result says that it did. */
const call = z.discriminatedUnion('tool', [
  z.object({ tool: z.literal('TodoWrite'), toolUseId: z.string(), tasks: z.array(task) }),
  z.object({ tool: z.literal('TaskCreate'), toolUseId: z.string(), subject: z.string() }),
  z.object({
    tool: z.literal('TaskUpdate'),
    toolUseId: z.string(),
    id: z.string(),
    subject: z.string().optional(),
    /** `deleted` takes it off the list. */
    status: z.enum([...status.options, 'deleted']).optional(),
  }),
]);
type Call = z.infer<typeof call>;

/** The session's task list as far as it was told event by event, and the calls that may change it. */
export const taskStateSchema = z.object({ list: z.array(task), calls: z.array(call) });
export type TaskState = z.infer<typeof taskStateSchema>;

export const noTasks: TaskState = { list: [], calls: [] };

const isStatus = (value: unknown): value is Task['status'] => status.safeParse(value).success;
const subjectOf = (value: unknown): string => presentableLine(textOf(value) ?? '', TEXT_MAX);

const TOOLS = new Set(['TodoWrite', 'TaskCreate', 'TaskUpdate']);

export const mayListTasks = (fact: Fact): boolean => fact.type === 'ToolRequested' && TOOLS.has(fact.data.tool);

/** Remembers the calls of an `assistant` entry that may change the list. The state itself where there is none. */
export const withTaskCalls = (state: TaskState, blocks: readonly JsonObject[]): TaskState => {
  const calls = blocks.flatMap((block) => callOf(block) ?? []);
  return calls.length === 0 ? state : { ...state, calls: [...state.calls, ...calls].slice(-CALLS_MAX) };
};

const callOf = (block: JsonObject): Call | undefined => {
  const { name, input } = block;
  if (name !== 'TodoWrite' && name !== 'TaskCreate' && name !== 'TaskUpdate') return undefined;
  const toolUseId = textOf(block.id);
  if (block.type !== 'tool_use' || !toolUseId || !isObject(input)) return undefined;
  if (name === 'TodoWrite') return { tool: name, toolUseId, tasks: todosOf(input.todos) };
  const subject = subjectOf(input.subject);
  if (name === 'TaskCreate') return subject ? { tool: name, toolUseId, subject } : undefined;
  const id = idOf(input.taskId);
  if (id === undefined) return undefined;
  const next = input.status === 'deleted' || isStatus(input.status) ? input.status : undefined;
  return { tool: name, toolUseId, id, ...(subject ? { subject } : {}), ...(next ? { status: next } : {}) };
};

const todosOf = (todos: unknown): Task[] =>
  objectsOf(todos)
    .flatMap((todo, index): Task[] => {
      const subject = subjectOf(todo.content ?? todo.subject);
      if (!subject) return [];
      return [
        { id: idOf(todo.id) ?? String(index + 1), subject, status: isStatus(todo.status) ? todo.status : 'pending' },
      ];
    })
    .slice(0, TASKS_MAX);

const idOf = (value: unknown): string | undefined =>
  typeof value === 'number' ? String(value) : textOf(value) && nameOf(textOf(value) ?? '');

/** The list after one result of a tool; `told` where it changed. */
export const withTaskResult = (
  state: TaskState,
  result: JsonObject,
  toolUseResult: unknown,
): { state: TaskState; told: FactOf<'TasksListed'> | undefined } => {
  const found = state.calls.find(({ toolUseId }) => toolUseId === result.tool_use_id);
  if (!found) return { state, told: undefined };
  const calls = state.calls.filter((known) => known !== found);
  const answer = isObject(toolUseResult) ? toolUseResult : {};
  const hasFailed = result.is_error === true || answer.success === false;
  const list = hasFailed ? state.list : applied(state.list, found, answer);
  if (list === state.list) return { state: { ...state, calls }, told: undefined };
  return { state: { list, calls }, told: { type: 'TasksListed', data: { tasks: list } } };
};

const applied = (list: Task[], found: Call, answer: JsonObject): Task[] => {
  switch (found.tool) {
    case 'TodoWrite':
      return found.tasks;
    case 'TaskCreate': {
      const id = idOf(isObject(answer.task) ? answer.task.id : undefined) ?? String(nextId(list));
      return [
        ...list.filter((known) => known.id !== id),
        { id, subject: found.subject, status: 'pending' as const },
      ].slice(-TASKS_MAX);
    }
    case 'TaskUpdate': {
      const known = list.find(({ id }) => id === found.id);
      // It was made in a part of the file that was not told: without a subject there is nothing to show.
      if (!known) return list;
      if (found.status === 'deleted') return list.filter((each) => each !== known);
      const changed = { ...known, subject: found.subject ?? known.subject, status: found.status ?? known.status };
      return list.map((each) => (each === known ? changed : each));
    }
  }
};

/** The client numbers them. */
const nextId = (list: readonly Task[]): number => Math.max(0, ...list.map(({ id }) => Number(id) || 0)) + 1;

/**
 * The list that the client reminds the model of: complete, also where its beginning was not told. An empty one is no list:
 * the client leaves it out at times.
 */
export const withReminder = (
  state: TaskState,
  attachment: JsonObject,
): { state: TaskState; told: FactOf<'TasksListed'> | undefined } => {
  const list = todosOf(attachment.content);
  if (list.length === 0 || JSON.stringify(list) === JSON.stringify(state.list)) return { state, told: undefined };
  return { state: { ...state, list }, told: { type: 'TasksListed', data: { tasks: list } } };
};
