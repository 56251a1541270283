import { isObject, type JsonObject, objectsOf, textOf } from '../json.ts';
import { presentable } from '../privacy.ts';
import type { Fact, FactOf } from './facts.ts';

type Speaker = FactOf<'PromptSubmitted'>['data']['by'];

const INTERRUPTED = '[Request interrupted by user';

/** Tags that the client writes for itself into a user's turn. None of them starts a turn. */
const MACHINERY =
  /^<(local-command-\w+|command-name|command-args|bash-input|bash-stdout|bash-stderr|system-reminder|ide_\w+|user-memory-input|tools-used-before-summary)\b/;

/** A slash command that runs a prompt names itself first; one that the client answers alone starts with its `command-name`. */
const PROMPT_COMMAND = /^<command-message>/;
const COMMAND_NAME = /<command-name>([^<]{1,200})<\/command-name>/;
const COMMAND_ARGS = /<command-args>([^<]{0,2000})<\/command-args>/;

const LEADING_REMINDER = /^\s*<(system-reminder|ide_\w+)>[\s\S]*?<\/\1>/;

const NOTIFICATION_SUMMARY = /<summary>([\s\S]{1,2000}?)<\/summary>/;

/** The model goes on because a Stop hook said so. */
const HOOK_FEEDBACK = /^Stop hook feedback:/;

/** Words of the client or of another agent, on which a turn starts. */
const CLIENT_WORDS = /^<(teammate-message|agent-message|channel)\b/;

/**
 * What a `user` entry says beside tool results: a prompt, an interrupt, or nothing. Only what starts or continues a turn is
 * a prompt: `/clear`, `/cost`, `!ls`, reminders, and the summary after a compaction are not.
 */
export const promptFacts = (entry: JsonObject, content: unknown, isAgent: boolean): Fact[] => {
  if (entry.isCompactSummary === true || entry.isVisibleInTranscriptOnly === true) return [];
  const texts = typeof content === 'string' ? [content] : blockTexts(content);
  if (texts.some((text) => text.trimStart().startsWith(INTERRUPTED))) return [{ type: 'TurnInterrupted', data: {} }];
  const words = texts.map(ownWords).filter((text) => text !== '');
  const said = words.join('\n');
  if (said === '') return [];
  if (entry.isMeta === true && !HOOK_FEEDBACK.test(said)) return [];
  const isNotified = texts.some((text) => text.trimStart().startsWith('<task-notification>'));
  const by = isAgent || isNotified ? 'client' : speaker(entry, said);
  return [{ type: 'PromptSubmitted', data: { text: presentable(said), by } }];
};

const blockTexts = (content: unknown): string[] => {
  const texts: string[] = [];
  for (const block of objectsOf(content)) {
    if (block.type === 'text') texts.push(textOf(block.text) ?? '');
    else if (block.type === 'image' || block.type === 'document') texts.push(`[${block.type}]`);
  }
  return texts;
};

/** The text without what the client put in; empty where nothing is left. */
const ownWords = (text: string): string => {
  let words = text;
  while (LEADING_REMINDER.test(words)) words = words.replace(LEADING_REMINDER, '');
  words = words.trim();
  if (PROMPT_COMMAND.test(words)) {
    const name = COMMAND_NAME.exec(words)?.[1] ?? '';
    return `${name} ${COMMAND_ARGS.exec(words)?.[1] ?? ''}`.trim();
  }
  if (words.startsWith('<task-notification>'))
    return NOTIFICATION_SUMMARY.exec(words)?.[1] ?? 'A background task ended';
  return MACHINERY.test(words) ? '' : words;
};

const speaker = (entry: JsonObject, said: string): Speaker => {
  const origin = isObject(entry.origin) ? textOf(entry.origin.kind) : undefined;
  const source = textOf(entry.promptSource);
  if (entry.isMeta === true || source === 'system' || CLIENT_WORDS.test(said)) return 'client';
  if (origin !== undefined && origin !== 'human' && origin !== 'sdk') return 'client';
  if (source === 'sdk' || entry.turnOrigin === 'sdk' || origin === 'sdk') return 'program';
  if (source === undefined && textOf(entry.entrypoint)?.startsWith('sdk')) return 'program';
  return 'human';
};
