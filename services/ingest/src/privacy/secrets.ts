import { type Range, secretsIn } from './secretlint.ts';

const MASK = '[masked]';

/**
 * Shapes of secrets that secretlint does not look for, or only whole. Short minimum lengths are meant: a secret that a cut has
 * shortened is still masked. Every repetition before a fixed word is bounded, so that no text makes a match slow.
 */
const KEYS: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
  /\bAGE-SECRET-KEY-1[A-Z0-9]{4,}/g,
  // Models and their tools
  /\bsk-(?:ant-|proj-|svcacct-|admin-|or-|lf-|live-|test-)[\w-]{4,}/g,
  /\bsk-[A-Za-z0-9]{20,}/g,
  /\b(?:hf|gsk|xai|nvapi|pplx|r8|lsv2_(?:pt|sk)|tvly(?:-dev)?)[_-][A-Za-z0-9_-]{16,}/g,
  // Code, packages, builds
  /\bgh[opusr]_[A-Za-z0-9]{4,}/g,
  /\bgithub_pat_\w{4,}/g,
  /\bgl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[\w.-]{6,}/g,
  /\bGR1348941[\w-]{8,}/g,
  /\bATBB[A-Za-z0-9]{16,}|\bATATT3[\w=-]{8,}|\bATCTT3[\w=-]{8,}/g,
  /\bnpm_[A-Za-z0-9]{20,}/g,
  /\bpypi-AgE[\w-]{8,}|\brubygems_[a-f0-9]{8,}|\bCLOJARS_[a-z0-9]{8,}|\boy2[a-z0-9]{43}\b/g,
  /\bdckr_(?:pat|oat)_[\w-]{6,}/g,
  /\b(?:CCIPAT|bkua|sntry[su]|sqp|squ|sqa|pul|PMAK|NRAK|NRJS|phx|phc|figd|lin_api|lin_oauth|ntn|secret_ntn)[_-][A-Za-z0-9_-]{12,}/g,
  // Clouds and what runs in them
  /\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{8,}/g,
  /\bAIza[\w-]{20,}|\bya29\.[\w-]{8,}|\bGOCSPX-[\w-]{8,}/g,
  /\bLTAI[A-Za-z0-9]{12,}/g,
  /\bdo[opr]_v1_[a-f0-9]{6,}/g,
  /\bhv[sbr]\.[\w-]{12,}/g,
  /\b[A-Za-z0-9]{10,20}\.atlasv1\.[\w=-]{8,}/g,
  /\bdp\.(?:pt|st|sa|ct|scim|audit)\.[\w.-]{8,}/g,
  /\b(?:dapi|dkea|dose)[a-f0-9]{16,}/g,
  /\b(?:glsa|glc|sbp|sb_secret|pscale_(?:tkn|pw|oauth)|nfp|fo1|fm[12]|vc[akp]|re|napi|nrg|tskey-(?:api|auth|client))[_-][A-Za-z0-9_=.,/-]{16,}/g,
  // Messages, money, shops
  /\bxox[abeoprs]-[\w-]{4,}|\bxapp-\d-[\w-]{4,}/g,
  /\bhooks\.slack\.com\/(?:services|workflows|triggers)\/[\w/-]{6,}/g,
  /\bdiscord(?:app)?\.com\/api\/webhooks\/[\w/-]{6,}/g,
  /\b\d{8,10}:AA[\w-]{20,}/g,
  /\b[sr]k_(?:live|test)_\w{4,}|\bwhsec_[\w+/=-]{8,}/g,
  /\bSG\.[\w-]{6,}(?:\.[\w-]*)?/g,
  /\bkey-[a-f0-9]{32}\b|\bSK[a-f0-9]{32}\b|\bAC[a-f0-9]{32}\b/g,
  /\bsq0(?:atp|csp|idp)-[\w-]{8,}|\bEAAA[\w-]{40,}/g,
  /\bshp(?:at|ca|pa|ss|tka)_[a-fA-F0-9]{6,}/g,
  // Anything signed
  /\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?/g,
];

const URL_USER = /:\/\/[^\s/:@]{0,200}:[^\s/@]{1,400}@/g;
/** The part of an address that a service signs, or that holds the key itself. */
const URL_KEY = /([?&](?:sig|signature|x-amz-[\w-]{1,40}|x-goog-[\w-]{1,40}|code|key|auth)=)[^\s&"'<>]{6,}/gi;
const BEARER = /\b(bearer|basic|digest|token)\s+[\w.~+/-]{12,}=*/gi;
const ASSIGNMENT =
  /\b([\w-]{0,40}(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|shared[_-]?access[_-]?key|encryption[_-]?key|signing[_-]?key|private[_-]?key|credential)s?)(["']?\s{0,3}[=:]\s{0,3})("[^"\n]{2,}"?|'[^'\n]{2,}'?|[^\s"'&;,(){}[\]]{3,})/gi;
/** `mysql -u dev -phunter2`, `curl -u dev:hunter2`, `--password hunter2` */
const FLAG =
  /(\s--?(?:password|passwd|pass|token|secret|api-?key|access-?key|private-?key)[ =])("[^"\n]{1,400}"?|'[^'\n]{1,400}'?|[^\s"'-][^\s"']{2,400})|(\s(?:-u|--user)[ =]?["']?[^\s"':]{1,100}:)[^\s"']{1,400}/gi;
const MAIL = /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}])/gu;

/** Cheap looks first: nearly all texts hold nothing of the kind. How a key begins, in its own case … */
const BEGINNINGS =
  /\b(?:sk-|[sr]k_|hf_|gsk_|xai|nvapi|pplx|r8_|lsv2|tvly|gh[opusr]_|github_pat|gl[a-z]{2,5}-|GR1348|AT[BAC][BT]|npm_|pypi-|rubygems_|CLOJARS|oy2|dckr_|CCIPAT|bkua|sntry|sq[pua0]|pul-|PMAK|NR[AJ]|ph[xc]_|figd_|lin_|ntn_|A[A-Z3]{2,3}|AGE-|AIza|ya29|GOCSPX|LTAI|do[opr]_v1|hv[sbr]\.|dp\.|dapi|dkea|dose|gl(?:sa|c)_|sb[p_]|pscale|nfp_|fo1_|fm[12]_|vc[akp]_|re_|napi_|nrg_|tskey|xox|xapp-|hooks|discord|whsec|SG\.|key-|SK[a-f0-9]|AC[a-f0-9]|EAAA|shp[a-z]{2,3}_|eyJ|ops_)|\d:AA|\.atlasv1/;
/** … and the words that stand before one. */
const WORDS =
  /basic |bearer|digest|passw|passphrase|pwd|pass |secret|token|key|credential|aws|mongodb|mysql|postgres|[?&](?:sig|code|auth|x-)| --?u/;

const isSuspicious = (text: string): boolean =>
  BEGINNINGS.test(text) || text.includes('://') || WORDS.test(text.toLowerCase());

/** Replaces what looks like a secret, or like an address of mail, with `[masked]`. Works on a copy of the text that was cut anywhere. */
export const maskSecrets = (text: string): string => {
  const masked = maskKeys(text);
  return masked.includes('@')
    ? masked.replace(MAIL, (address) => (address.startsWith('git@') ? address : MASK))
    : masked;
};

/** The same, but for addresses of mail. */
export const maskKeys = (text: string): string => {
  if (!isSuspicious(text)) return text;
  let masked = text;
  for (const key of KEYS) masked = masked.replace(key, MASK);
  masked = masked
    .replace(URL_USER, `://${MASK}@`)
    .replace(URL_KEY, `$1${MASK}`)
    .replace(BEARER, `$1 ${MASK}`)
    .replace(ASSIGNMENT, (_all, name: string, separator: string) => `${name}${separator}${MASK}`)
    .replace(FLAG, (_all, flag: string | undefined, _value, user: string | undefined) => `${flag ?? user}${MASK}`);
  return withoutRanges(masked, secretsIn(masked));
};

const withoutRanges = (text: string, ranges: readonly Range[]): string => {
  if (ranges.length === 0) return text;
  let masked = '';
  let end = 0;
  for (const [from, to] of ranges.toSorted(([a], [b]) => a - b)) {
    if (from >= end) masked += text.slice(end, from) + MASK;
    end = Math.max(end, to);
  }
  return masked + text.slice(end);
};
