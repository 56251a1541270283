import { countOf, countOrNull, isObject, type JsonObject, plausibleTime, textOf } from '../json.ts';
import type { Fact } from './facts.ts';

/**
 * What a `system` entry tells. Both ends of a turn are told where both stand in the file: the second changes nothing, and a
 * headless client writes `stop_hook_summary` alone. That one does not say how many agents still run: `runningAgents` does.
 */
export const systemFacts = (entry: JsonObject, runningAgents: number, occurredAt: number): Fact[] => {
  switch (entry.subtype) {
    case 'turn_duration': {
      const backgroundAgents = countOf(entry.pendingBackgroundAgentCount) + countOf(entry.pendingWorkflowCount);
      return [{ type: 'TurnEnded', data: { durationMs: countOrNull(entry.durationMs), backgroundAgents } }];
    }
    case 'stop_hook_summary':
      return [{ type: 'TurnEnded', data: { durationMs: null, backgroundAgents: runningAgents } }];
    case 'api_error':
      return [requestRetried(entry, occurredAt)];
    case 'compact_boundary':
      return [compactionFinished(entry)];
    default:
      return [];
  }
};

const requestRetried = (entry: JsonObject, occurredAt: number): Fact => {
  const { error } = entry;
  return {
    type: 'RequestRetried',
    data: {
      attempt: countOf(entry.retryAttempt),
      of: countOrNull(entry.maxRetries),
      httpStatus: isObject(error) ? countOrNull(error.status) : null,
      retryAt: plausibleTime(occurredAt + countOf(entry.retryInMs), occurredAt) || occurredAt,
    },
  };
};

const compactionFinished = (entry: JsonObject): Fact => {
  const told = isObject(entry.compactMetadata) ? entry.compactMetadata : {};
  return {
    type: 'CompactionFinished',
    data: {
      trigger: textOf(told.trigger) === 'manual' ? 'manual' : 'auto',
      tokensBefore: countOrNull(told.preTokens),
      tokensAfter: countOrNull(told.postTokens),
    },
  };
};
