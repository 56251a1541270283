import { z } from 'zod';

/** Entries of a setting, separated by commas. */
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);

/** The variables of the summaries, for the enricher by itself and for `crewboard up` alike. */
export const summaryShape = {
  /** Who writes them: a model, or nobody: then they are the sessions' own words. */
  CREWBOARD_SUMMARIES: z.enum(['model', 'extract', 'off']).optional(),
  ANTHROPIC_API_KEY: z.string().optional(),
  /** Of a gateway in front of the API, or of another place that speaks it. */
  ANTHROPIC_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  CREWBOARD_SUMMARY_MODEL: z.string().min(1).max(200).default('claude-sonnet-5-5'),
  /** For a day, of all replicas together. */
  CREWBOARD_SUMMARY_BUDGET_USD: z.coerce.number().nonnegative().default(30),
  CREWBOARD_SUMMARY_CALLS: z.coerce.number().int().nonnegative().default(10_000),
  /** Repositories of which nothing is sent to a model, as globs: `acme/payroll`, `github.com/acme/*`. */
  CREWBOARD_SUMMARY_OPT_OUT: list.default([]),
};
const summarySettings = z.object(summaryShape);
export type SummarySettings = z.infer<typeof summarySettings>;
