import { homedir } from 'node:os';
import { join } from 'node:path';
import { redisSettings } from '@crewboard/event-log/redis-url';
import { z } from 'zod';
import type { NetworkSettings } from './board/connection.ts';

/** How a network is left, under the names that all programs know. The small ones go before. */
const proxies = {
  https_proxy: z.string().optional(),
  HTTPS_PROXY: z.string().optional(),
  http_proxy: z.string().optional(),
  HTTP_PROXY: z.string().optional(),
  no_proxy: z.string().optional(),
  NO_PROXY: z.string().optional(),
};

/** A folder; `~` is the account's home, where no shell has said so: in a file of settings, in a unit of systemd. */
const folder = z.string().transform((path) => path.replace(/^~(?=$|[/\\])/, homedir));

/** The environment of an agent. Where several name a target: a board in the environment, a board that was joined, Redis. */
export const agentConfigSchema = z
  .object({
    /** Where Claude Code keeps its files. */
    CLAUDE_CONFIG_DIR: folder.default(() => join(homedir(), '.claude')),
    CREWBOARD_DATA_DIR: folder.default(() => join(homedir(), '.crewboard')),
    /** A board's address, and this machine's token there. Absent: those of the board that was joined. */
    CREWBOARD_URL: z.url({ protocol: /^https?$/ }).optional(),
    CREWBOARD_TOKEN: z.string().max(200).optional(),
    /** A person said that HTTP without encryption is fine. */
    CREWBOARD_INSECURE_HTTP: z.stringbool().default(false),
    CREWBOARD_INGEST_TOKEN: z
      .undefined(
        'there is no token of a team any more: each machine has its own. Unset it, and join: crewboard agent --join <link>',
      )
      .optional(),
    ...proxies,
    /** Files with certificates to trust: Node.js reads the first of them only where it is set before it starts. */
    NODE_EXTRA_CA_CERTS: z.string().optional(),
    CREWBOARD_CA_FILE: z.string().optional(),
    /** For an agent that is trusted to append to the log itself. */
    REDIS_URL: redisSettings.REDIS_URL.optional(),
    REDIS_PASSWORD: redisSettings.REDIS_PASSWORD,
    CREWBOARD_PARTITIONS: z.coerce.number().int().min(1).max(1024).optional(),
    /** What the board calls this computer. Default: its host name. */
    CREWBOARD_MACHINE: z.string().max(200).optional(),
    /** Whose sessions these are. Default: the name in the git settings, else the account's. */
    CREWBOARD_OWNER: z.string().max(200).optional(),
    /** How much leaves this machine where its privacy.json says nothing. */
    CREWBOARD_PRIVACY: z.enum(['status', 'summary', 'full']).optional(),
    CREWBOARD_MAX_AGE_DAYS: z.coerce.number().positive().max(3650).default(7),
    /** Serves /healthz, /readyz and /metrics on 127.0.0.1. Absent: no port is opened. */
    CREWBOARD_AGENT_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  })
  .superRefine((config, context) => {
    if ((config.CREWBOARD_URL === undefined) === (config.CREWBOARD_TOKEN === undefined)) return;
    const [missing, message] =
      config.CREWBOARD_TOKEN === undefined
        ? [
            'CREWBOARD_TOKEN',
            'set it to this machine’s token at CREWBOARD_URL, or unset both and join: crewboard agent --join <link>',
          ]
        : ['CREWBOARD_URL', 'set it to the address of the board that CREWBOARD_TOKEN is of'];
    context.addIssue({ code: 'custom', path: [missing], message });
  });
export type AgentConfig = z.infer<typeof agentConfigSchema>;

/** `caFile` is what was given when this machine joined. */
export const networkOf = (config: AgentConfig, caFile?: string): NetworkSettings => ({
  httpsProxy: config.https_proxy ?? config.HTTPS_PROXY,
  httpProxy: config.http_proxy ?? config.HTTP_PROXY,
  noProxy: config.no_proxy ?? config.NO_PROXY,
  caFiles: caFilesOf(config, caFile),
});

/** Naming any of them replaces what Node.js would trust by itself, which NODE_EXTRA_CA_CERTS is a part of. */
const caFilesOf = (config: AgentConfig, joinedWith: string | undefined): string[] => {
  const { NODE_EXTRA_CA_CERTS: extra, CREWBOARD_CA_FILE: set } = config;
  return [...new Set([extra, set, joinedWith].filter((file) => file !== undefined))];
};
