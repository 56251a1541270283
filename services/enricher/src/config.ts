import { redisSettings } from '@crewboard/event-log/redis-url';
import { z } from 'zod';
import { pullRequestShape } from './pull-requests/settings.ts';
import { summaryShape } from './summaries/settings.ts';

export const enricherConfigSchema = z.object({
  ...redisSettings,
  CREWBOARD_PARTITIONS: z.coerce.number().int().min(1).max(256).default(4),
  ...pullRequestShape,
  ...summaryShape,
  HEALTH_HOST: z.string().default('127.0.0.1'),
  HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).default(4402),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});
