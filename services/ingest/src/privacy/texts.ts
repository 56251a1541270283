import { LONG_TEXT_MAX, TEXT_MAX } from '@crewboard/contract';
import { maskSecrets } from './secrets.ts';

/** How much of a text is looked at: far more than leaves, so that a mask sees a whole secret. */
const lookAt = (max: number): number => 2 * max + 1024;

/** What stands before an edge without a gap, as far as it is looked for. */
const UNBROKEN = /\S{0,512}$/;

/** The text as far as it is looked at. What runs through that edge may be part of a secret: it is left out. */
const beginning = (text: string, max: number): string =>
  text.length <= lookAt(max) ? text : text.slice(0, lookAt(max)).replace(UNBROKEN, '');

/** What may leave of a text: masked, then cut to `max` UTF-16 units without splitting a character. */
export const presentable = (text: string, max: number = TEXT_MAX): string =>
  cut(maskSecrets(beginning(text, max)).trim(), max);

/** The same of prompts and replies, which a developer may choose to show whole. */
export const presentableLong = (text: string): string => presentable(text, LONG_TEXT_MAX);

/** The same on one line. */
export const presentableLine = (text: string, max: number = TEXT_MAX): string =>
  presentable(beginning(text, max).replace(/\s+/g, ' '), max);

/** Cuts to `max` UTF-16 units; a character that does not fit whole is left out. */
export const cut = (text: string, max: number): string => {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
};

/** The longest of what the contract calls a name. */
const NAME_MAX = 200;

/**
 * A short field (branch, model, tool, …) as it may leave. What every object has (`constructor`) comes in brackets: the contract takes
 * it for nobody's id.
 */
export const nameOf = (text: string): string => {
  const known = names.get(text);
  if (known !== undefined) return known;
  const masked = presentable(text, NAME_MAX);
  const name = masked in {} ? `(${masked})` : masked;
  if (text.length > NAME_MAX) return name;
  if (names.size >= NAMES_KEPT) names.clear();
  names.set(text, name);
  return name;
};

/** A model, a tool and the id of a call come again within a few lines. */
const names = new Map<string, string>();
const NAMES_KEPT = 256;
