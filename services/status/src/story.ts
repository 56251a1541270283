import { type EventOf, type SessionEvent, STORY_TEXT_MAX, type StoryEntry } from '@crewboard/contract';
import type { SessionState } from './state.ts';
import { evolveClaim } from './views/claim.ts';

/**
 * What an event adds to the story of its session, seen from the state before it; `undefined` for most. Told once: by the transcript, which
 * has the words and the order. What hooks, presence and subagents tell is in the history of the status, or nobody's story.
 */
export const storyOf = (before: SessionState | undefined, event: SessionEvent): StoryEntry | undefined => {
  if (event.type === 'NeedClaimed' || event.type === 'ClaimReleased') return claimEntry(before, event);
  if (event.source !== 'transcript' || event.agentId !== undefined) return undefined;
  const at = event.occurredAt;
  switch (event.type) {
    case 'PromptSubmitted':
      return { kind: 'prompt', at, text: cut(event.data.text), by: event.data.by };
    case 'AssistantReplied':
      return event.data.text === '' ? undefined : { kind: 'reply', at, text: cut(event.data.text) };
    case 'ToolFinished':
      return toolEntry(before, event);
    case 'TurnEnded':
      return { kind: 'turn', at, how: 'done', text: '' };
    case 'TurnInterrupted':
      return { kind: 'turn', at, how: 'interrupted', text: '' };
    case 'TurnFailed':
      return { kind: 'turn', at, how: 'failed', text: cut(event.data.reason) };
    case 'CommitMade':
      return { kind: 'commit', at, sha: event.data.sha };
    default:
      return undefined;
  }
};

const toolEntry = (before: SessionState | undefined, event: EventOf<'ToolFinished'>): StoryEntry => {
  const { toolUseId, outcome, allowedBy = null } = event.data;
  const call = before?.transcript.openTools.get(toolUseId);
  const { occurredAt: at } = event;
  return {
    kind: 'tool',
    at,
    startedAt: call?.at ?? null,
    toolUseId,
    tool: call?.tool ?? '',
    input: cut(call?.input ?? ''),
    outcome,
    allowedBy,
  };
};

/** Of two who reach for it at once one has it: the other's is no part of the story. */
const claimEntry = (
  before: SessionState | undefined,
  event: EventOf<'NeedClaimed' | 'ClaimReleased'>,
): StoryEntry | undefined => {
  const claim = before?.claim ?? null;
  if (evolveClaim(claim, event) === claim) return undefined;
  return {
    kind: 'claim',
    at: event.occurredAt,
    by: event.data.by,
    how: event.type === 'NeedClaimed' ? 'taken' : 'released',
  };
};

/** A character that does not fit whole is left out. */
const cut = (text: string): string => {
  if (text.length <= STORY_TEXT_MAX) return text;
  const last = text.charCodeAt(STORY_TEXT_MAX - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? STORY_TEXT_MAX - 1 : STORY_TEXT_MAX);
};
