import { nameOf } from '../privacy/texts.ts';
import type { FactOf } from './facts.ts';

/** How the client tells the model that something which went on in the background has news. */
export interface TaskNotification {
  taskId: string | undefined;
  toolUseId: string | undefined;
  /** How the task ended; `undefined` where it goes on. */
  outcome: FactOf<'BackgroundTaskEnded'>['data']['outcome'] | undefined;
  /** In the client's words. */
  summary: string | undefined;
  /** A fork is told where it comes from in this form too: that is no news of a task. */
  isForkSource: boolean;
}

export const NOTIFICATION_TAG = '<task-notification>';

/** All short fields stand before the result, which may be long. */
const HEAD = 4096;

const field = (text: string, name: string): string | undefined =>
  new RegExp(`<${name}>([\\s\\S]{1,2000}?)</${name}>`).exec(text)?.[1]?.trim();

/** `undefined` for any other text. */
export const taskNotification = (text: string): TaskNotification | undefined => {
  const start = text.slice(0, HEAD).trimStart();
  if (!start.startsWith(NOTIFICATION_TAG)) return undefined;
  const status = field(start, 'status');
  return {
    taskId: field(start, 'task-id'),
    toolUseId: field(start, 'tool-use-id'),
    outcome: status === undefined ? undefined : outcomeOf(status),
    summary: field(start, 'summary'),
    isForkSource: start.includes('<fork-source>'),
  };
};

const outcomeOf = (status: string): TaskNotification['outcome'] => {
  switch (status.toLowerCase()) {
    case 'running':
    case 'pending':
    case 'in_progress':
    case 'started':
      return undefined;
    case 'completed':
    case 'done':
    case 'success':
    case 'succeeded':
      return 'done';
    case 'failed':
    case 'error':
    case 'timeout':
    case 'timed_out':
      return 'failed';
    default:
      return 'stopped';
  }
};

/** The same end may stand in a queue, an attachment and a turn: it is told each time. */
export const taskEnded = (notification: TaskNotification | undefined): FactOf<'BackgroundTaskEnded'>[] =>
  notification?.taskId && notification.outcome
    ? [
        {
          type: 'BackgroundTaskEnded',
          data: { taskId: nameOf(notification.taskId), outcome: notification.outcome },
        },
      ]
    : [];
