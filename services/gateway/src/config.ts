import { z } from 'zod';

const list = z
  .string()
  .transform((text) => text.split(',').map((entry) => entry.trim()))
  .transform((entries) => entries.filter((entry) => entry !== ''));

/** `true` trusts any proxy, otherwise addresses or networks of proxies, separated by commas. */
const trustProxy = z.string().transform((text) => (text === 'true' ? true : text === 'false' ? false : text));

export const gatewayConfigSchema = z.object({
  REDIS_URL: z.url(),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4400),
  CREWBOARD_PARTITIONS: z.coerce.number().int().min(1).max(256).default(4),
  /** Shared by the team's agents. Without one nothing is taken over HTTP. */
  CREWBOARD_INGEST_TOKEN: z.string().min(16).optional(),
  CREWBOARD_ALLOWED_HOSTS: list.default([]),
  CREWBOARD_ALLOWED_ORIGINS: list.default([]),
  /** Whose X-Forwarded-For tells a client's address. */
  CREWBOARD_TRUST_PROXY: trustProxy.default(false),
  CREWBOARD_MAX_FEEDS: z.coerce.number().int().positive().default(2000),
  CREWBOARD_WEB_DIR: z.string().optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});
