import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** The environment of an agent. Where both a board and Redis are named, the board is told. */
export const agentConfigSchema = z
  .object({
    /** Where Claude Code keeps its files. */
    CLAUDE_CONFIG_DIR: z.string().default(() => join(homedir(), '.claude')),
    CREWBOARD_DATA_DIR: z.string().default(() => join(homedir(), '.crewboard')),
    /** The board's address, and the token that it was started with. */
    CREWBOARD_URL: z.url({ protocol: /^https?$/ }).optional(),
    CREWBOARD_INGEST_TOKEN: z.string().optional(),
    /** For an agent that is trusted to append to the log itself. */
    REDIS_URL: z.url({ protocol: /^(rediss?|unix)$/ }).optional(),
    CREWBOARD_PARTITIONS: z.coerce.number().int().min(1).max(1024).optional(),
    /** What the board calls this computer. Default: its host name. */
    CREWBOARD_MACHINE: z.string().max(200).optional(),
    /** Whose sessions these are. Default: the name in the git settings, else the account's. */
    CREWBOARD_OWNER: z.string().max(200).optional(),
    CREWBOARD_MAX_AGE_DAYS: z.coerce.number().positive().max(3650).default(7),
    /** Serves /healthz, /readyz and /metrics on 127.0.0.1. Absent: no port is opened. */
    CREWBOARD_AGENT_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  })
  .superRefine((config, context) => {
    if (config.CREWBOARD_URL && !config.CREWBOARD_INGEST_TOKEN) {
      const message = 'set it to the token that the board was started with';
      context.addIssue({ code: 'custom', path: ['CREWBOARD_INGEST_TOKEN'], message });
    }
    if (!config.CREWBOARD_URL && !config.REDIS_URL) {
      const message = 'set it to the address of the board (or set REDIS_URL to append to the log directly)';
      context.addIssue({ code: 'custom', path: ['CREWBOARD_URL'], message });
    }
  });
export type AgentConfig = z.infer<typeof agentConfigSchema>;
