import { TEXT_MAX } from '@crewboard/contract';

const MASK = '[masked]';

/**
 * Shapes of well-known secrets. Short minimum lengths are meant: a secret that a cut has shortened is still masked.
 * Every repetition before a fixed word is bounded, so that no text makes a match slow.
 */
const KEYS: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g,
  /\bsk-(?:ant-|proj-|live-|test-)[\w-]{4,}/g,
  /\b[sr]k_(?:live|test)_\w{4,}/g,
  /\bsk-[A-Za-z0-9]{20,}/g,
  /\bgh[opusr]_[A-Za-z0-9]{4,}/g,
  /\bgithub_pat_\w{4,}/g,
  /\bglpat-[\w-]{6,}/g,
  /\bnpm_[A-Za-z0-9]{20,}/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{8,}/g,
  /\bAIza[\w-]{20,}/g,
  /\bxox[abeoprs]-[\w-]{4,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?/g,
];

const URL_USER = /:\/\/[^\s/:@]{0,200}:[^\s/@]{1,400}@/g;
const BEARER = /\b(bearer|basic)\s+[\w.~+/-]{12,}=*/gi;
const ASSIGNMENT =
  /\b([\w-]{0,40}(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)s?)(["']?\s{0,3}[=:]\s{0,3})("[^"\n]{2,}"?|'[^'\n]{2,}'?|[^\s"'&;,(){}[\]]{3,})/gi;

/** One cheap look first: nearly all texts hold nothing of the kind. */
const SUSPICION =
  /PRIVATE KEY|sk-|[sr]k_|gh[opusr]_|github_pat_|glpat-|npm_|AKIA|ASIA|AIza|xox|eyJ|:\/\/[^\s/]*@|bearer|basic|passw|passphrase|secret|token|key|credential/i;

/** Replaces what looks like a secret with `[masked]`. Works on a copy of the text that was cut anywhere. */
export const maskSecrets = (text: string): string => {
  if (!SUSPICION.test(text)) return text;
  let masked = text;
  for (const key of KEYS) masked = masked.replace(key, MASK);
  return masked
    .replace(URL_USER, `://${MASK}@`)
    .replace(BEARER, `$1 ${MASK}`)
    .replace(ASSIGNMENT, (_all, name: string, separator: string) => `${name}${separator}${MASK}`);
};

/** How much of a text is looked at: far more than leaves, so that a mask sees a whole secret. */
const LOOK_AT = 2048;

/** What may leave of a text: masked, then cut to `max` UTF-16 units without splitting a character. */
export const presentable = (text: string, max: number = TEXT_MAX): string =>
  cut(maskSecrets(text.length > LOOK_AT ? text.slice(0, LOOK_AT) : text).trim(), max);

/** The same on one line. */
export const presentableLine = (text: string, max: number = TEXT_MAX): string =>
  presentable(text.slice(0, LOOK_AT).replace(/\s+/g, ' '), max);

/** Cuts to `max` UTF-16 units; a character that does not fit whole is left out. */
export const cut = (text: string, max: number): string => {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
};

/** The longest of what the contract calls a name. */
const NAME_MAX = 200;

/** A short field (branch, model, tool, …) as it may leave. */
export const nameOf = (text: string): string => presentable(text, NAME_MAX);
