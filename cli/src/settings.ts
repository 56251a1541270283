import {
  type PullRequestSettings,
  pullRequestShape,
  type SummarySettings,
  summaryShape,
} from '@crewboard/enricher/settings';
import { doorOptions, doorShape, withDoorRules } from '@crewboard/gateway/settings';
import { agentConfigSchema } from '@crewboard/ingest';
import { z } from 'zod';

/** What `crewboard up` shares with an agent of its own. */
const {
  CLAUDE_CONFIG_DIR,
  CREWBOARD_DATA_DIR,
  CREWBOARD_MACHINE,
  CREWBOARD_OWNER,
  CREWBOARD_PRIVACY,
  CREWBOARD_MAX_AGE_DAYS,
  REDIS_URL,
  REDIS_PASSWORD,
} = agentConfigSchema.shape;

/** What the command's parts read from the environment; the README lists it for people. */
export const settingsSchema = z.object({
  ...pullRequestShape,
  ...doorShape,
  ...summaryShape,
  CLAUDE_CONFIG_DIR,
  CREWBOARD_DATA_DIR,
  CREWBOARD_MACHINE,
  CREWBOARD_OWNER,
  CREWBOARD_PRIVACY,
  CREWBOARD_MAX_AGE_DAYS,
  REDIS_URL,
  REDIS_PASSWORD,
  CREWBOARD_PARTITIONS: z.coerce.number().int().min(1).max(256).default(4),
  CREWBOARD_RETENTION_DAYS: z.coerce.number().positive().default(14),
  CREWBOARD_LOG_DAYS: z.coerce.number().positive().default(30),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('warn'),
});
export type Settings = z.infer<typeof settingsSchema>;

/** For what serves a board. */
export const boardSettingsSchema = withDoorRules(settingsSchema);

/** What the settings say of the board itself, whoever's sessions it shows; `person` is whose machine it runs on. */
export const boardSettings = (settings: Settings, person: string) => ({
  gateway: doorOptions(settings, person),
  retentionDays: settings.CREWBOARD_RETENTION_DAYS,
  logDays: settings.CREWBOARD_LOG_DAYS,
});

/**
 * How a board of one person's own machine sums its sessions up: in their own words, unless a model is asked for by name; and it
 * looks up pull requests only where that is turned on. Keys and tokens in the environment may be there for something else, and
 * nothing private leaves the machine unasked.
 */
export const ownEnrichment = (settings: Settings): SummarySettings & PullRequestSettings => ({
  ...settings,
  CREWBOARD_PULL_REQUESTS: settings.CREWBOARD_PULL_REQUESTS ?? 'off',
  CREWBOARD_SUMMARIES: settings.CREWBOARD_SUMMARIES ?? 'extract',
});
