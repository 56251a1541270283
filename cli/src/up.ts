import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runEnricher } from '@crewboard/enricher';
import { isForOthers } from '@crewboard/gateway/settings';
import { AlreadyRuns, agentIdentity, logSink, runningAgent } from '@crewboard/ingest';
import { createLogger, createMetrics, parseConfig } from '@crewboard/runtime';
import { startAgentThread } from './agent-thread/thread.ts';
import { runBoard } from './board.ts';
import { openLog, openRecords } from './log.ts';
import { boardSettings, boardSettingsSchema, ownEnrichment } from './settings.ts';

/** `crewboard up` and `npm start`: agent, fold and gateway in one process, on this machine's own sessions. */
export const up = async (env: NodeJS.ProcessEnv): Promise<void> => {
  const settings = parseConfig(boardSettingsSchema, env);
  const logger = createLogger({ name: 'crewboard', level: settings.LOG_LEVEL });
  const registry = createMetrics();
  const identity = agentIdentity({ machine: settings.CREWBOARD_MACHINE, owner: settings.CREWBOARD_OWNER });
  const { HOST: host, PORT: port, CREWBOARD_DATA_DIR: dataDir } = settings;
  const other = await runningAgent(dataDir);
  if (other) throw new AlreadyRuns(other, dataDir);
  const agent = startAgentThread({
    claudeDir: settings.CLAUDE_CONFIG_DIR,
    dataDir,
    tells: `http://${host}:${port}`,
    ...identity,
    maxAgeDays: settings.CREWBOARD_MAX_AGE_DAYS,
    // What others see of this machine's sessions is what would leave it.
    defaultTier: settings.CREWBOARD_PRIVACY ?? (isForOthers(settings) ? 'summary' : 'full'),
    logLevel: settings.LOG_LEVEL,
  });
  const own = registry.metrics.bind(registry);
  registry.metrics = async () => `${await own()}\n${await agent.metrics()}`;
  try {
    const log = await openLog(settings, logger);
    const records = await openRecords(settings, logger);
    const sink = logSink(log, logger);
    await runBoard(
      { ...boardSettings(settings, identity.owner ?? 'me'), log, records, logger, registry },
      async (signal) => {
        const enricher = { log, records, settings: ownEnrichment(settings), logger, registry };
        await Promise.all([agent.run(sink, signal), runEnricher(enricher, signal)]);
      },
      (url) => {
        console.log(`Crewboard is at ${settings.CREWBOARD_PUBLIC_URL ?? url}`);
        adviseOnClaudeDir(settings.CLAUDE_CONFIG_DIR);
      },
    );
  } finally {
    await agent.close();
  }
};

/** A missing folder is no error: the board waits for it. But nobody should wonder why it stays empty. */
const adviseOnClaudeDir = (claudeDir: string): void => {
  if (!existsSync(claudeDir)) {
    console.log(
      `No Claude Code folder at ${claudeDir} yet. Start \`claude\` in any repository and its session appears here; ` +
        'if the folder is elsewhere, set CLAUDE_CONFIG_DIR. To look around first: npx crewboard demo',
    );
  } else if (!existsSync(join(claudeDir, 'projects'))) {
    console.log(`No sessions in ${claudeDir} yet. Start \`claude\` in any repository and it appears here.`);
  }
};
