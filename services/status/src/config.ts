import { redisSettings } from '@crewboard/event-log/redis-url';
import { z } from 'zod';

export const statusConfigSchema = z.object({
  ...redisSettings,
  CREWBOARD_PARTITIONS: z.coerce.number().int().min(1).max(256).default(4),
  /** Days after which a session without a process leaves the board. */
  CREWBOARD_RETENTION_DAYS: z.coerce.number().positive().default(14),
  /** Days that events stay in the log. */
  CREWBOARD_LOG_DAYS: z.coerce.number().positive().default(30),
  HEALTH_HOST: z.string().default('127.0.0.1'),
  HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).default(4401),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});
