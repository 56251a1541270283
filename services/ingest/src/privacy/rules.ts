import { PRIVACY_TIERS, type PrivacyTier, privacyTierSchema } from '@crewboard/contract';
import picomatch from 'picomatch';
import { z } from 'zod';

const glob = z.string().min(1).max(1000);

/** One rule: a tier for the sessions of some repositories or of some folders. */
export const privacyRuleSchema = z.union([
  z.strictObject({ repo: glob, tier: privacyTierSchema }),
  z.strictObject({ path: glob, tier: privacyTierSchema }),
]);
export type PrivacyRule = z.infer<typeof privacyRuleSchema>;

/** `privacy.json` of the data folder. */
export const privacyFileSchema = z.strictObject({
  /** Where no rule matches. Absent: what the environment says, else the default of the way the agent runs. */
  tier: privacyTierSchema.optional(),
  /** At `status`, repositories have no names. */
  hashRepositories: z.boolean().default(false),
  rules: z.array(privacyRuleSchema).max(1000).default([]),
});
export type PrivacyFile = z.infer<typeof privacyFileSchema>;

/** A place that a session works in, as far as rules look at it. */
export interface RulePlace {
  cwd: string;
  repo: string;
  remote: string | null;
}

/** What rules say; made once for a file, asked for each session. */
export interface Rules {
  /** Where no rule matches. */
  readonly fallback: PrivacyTier;
  readonly hashRepositories: boolean;
  readonly count: number;
  /** The strictest tier that anything can get. */
  readonly strictest: PrivacyTier;
  /** A matching rule that says `private` has the say; else the last rule that matches. */
  of(place: RulePlace): PrivacyTier;
}

const strictness = (tier: PrivacyTier): number => PRIVACY_TIERS.indexOf(tier);

/** The strictest of some tiers. */
export const strictestOf = (first: PrivacyTier, ...others: readonly PrivacyTier[]): PrivacyTier =>
  others.reduce((strict, tier) => (strictness(tier) < strictness(strict) ? tier : strict), first);

export interface RulesContext {
  /** What holds where the file names no tier. */
  fallback: PrivacyTier;
  /** The person's home folder, for globs that begin with `~`. */
  home: string;
  /** Where a folder really is: a glob may go through a link. The folder itself where it is not there. */
  realPath: (folder: string) => string;
  /** File names that differ in case are one. */
  ignoresCase: boolean;
}

export const compileRules = (file: PrivacyFile, context: RulesContext): Rules => {
  const fallback = file.tier ?? context.fallback;
  const compiled = file.rules.map((rule) => ({
    tier: rule.tier,
    matches: 'repo' in rule ? repositoryMatcher(rule.repo) : pathMatcher(rule.path, context),
  }));
  return {
    fallback,
    hashRepositories: file.hashRepositories,
    count: file.rules.length,
    strictest: strictestOf(fallback, ...file.rules.map(({ tier }) => tier)),
    of: (place) => {
      const matching = compiled.filter(({ matches }) => matches(place));
      if (matching.some(({ tier }) => tier === 'private')) return 'private';
      return matching.at(-1)?.tier ?? fallback;
    },
  };
};

type Matcher = (place: RulePlace) => boolean;

/** By the name that people know (`acme/widgets`), and by the whole one (`github.com/acme/widgets`). Hosts ignore case. */
export const repositoryMatcher = (glob: string): ((place: Pick<RulePlace, 'repo' | 'remote'>) => boolean) => {
  const matches = picomatch(glob, { nocase: true, dot: true });
  return ({ repo, remote }) => matches(repo) || (remote !== null && matches(remote));
};

/** A folder, and all below it. */
const pathMatcher = (glob: string, { home, realPath, ignoresCase }: RulesContext): Matcher => {
  const told = glob.replace(/^~(?=$|[/\\])/, () => home).replaceAll('\\', '/');
  const { base, glob: rest } = picomatch.scan(told);
  const real = realPath(base).replaceAll('\\', '/');
  const options = { dot: true, nocase: ignoresCase };
  const globs = new Set([told, rest === '' ? real : `${real}/${rest}`].map((each) => each.replace(/\/+$/, '')));
  // Of the root nothing is left but what is below it.
  const matchers = [...globs].flatMap((each) =>
    [each, `${each}/**`].filter((pattern) => pattern !== '').map((pattern) => picomatch(pattern, options)),
  );
  return ({ cwd }) => matchers.some((matches) => matches(cwd.replaceAll('\\', '/')));
};
