import { isObject, type JsonObject, textOf } from '../json.ts';
import type { Fact } from './facts.ts';
import { taskEnded, taskNotification } from './notification.ts';
import { promptFacts } from './prompt.ts';

/** What was put into the client's queue tells by itself: the end of a background task. A prompt tells once it leaves the queue. */
export const enqueuedFacts = (entry: JsonObject): Fact[] => {
  const content = textOf(entry.content);
  return entry.operation === 'enqueue' && content !== undefined ? taskEnded(taskNotification(content)) : [];
};

/**
 * What left the queue in the midst of a turn: it stands in no `user` entry. A person's words are a prompt; a notification tells
 * the end of its task alone, as no turn starts on it.
 */
export const absorbedFacts = (entry: JsonObject, attachment: JsonObject): Fact[] => {
  if (attachment.carriedByCompaction === true || attachment.forwardedIntent !== undefined) return [];
  const { prompt, origin, isMeta } = attachment;
  const facts = promptFacts({ ...entry, origin, isMeta, promptSource: 'queued' }, prompt, false);
  return facts.filter((fact) => fact.type !== 'PromptSubmitted' || fact.data.by !== 'client');
};

/** The text of what was queued, for whoever waits for a task. */
export const queuedText = (entry: JsonObject): string | undefined =>
  textOf(isObject(entry.attachment) ? entry.attachment.prompt : entry.content);
