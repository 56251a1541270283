import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runEnricher } from '@crewboard/enricher';
import { exposeIngest, logSink } from '@crewboard/ingest';
import { createLogger, createMetrics } from '@crewboard/runtime';
import type { AgentThread } from './agent-thread/thread.ts';
import { runBoard } from './board.ts';
import { openLog, openRecords } from './log.ts';
import { boardSettings, ownEnrichment, type Settings } from './settings.ts';

/** Serves the board that an agent's thread tells of, until the process is told to stop. `person` is whose machine it runs on. */
export const serveOwnBoard = async (settings: Settings, person: string, agent: AgentThread): Promise<void> => {
  const logger = createLogger({ name: 'crewboard', level: settings.LOG_LEVEL });
  const registry = createMetrics();
  exposeIngest(registry, agent.figures);
  const log = await openLog(settings, logger);
  const records = await openRecords(settings, logger);
  const sink = logSink(log, logger);
  await runBoard(
    { ...boardSettings(settings, person), log, records, logger, registry },
    async (signal) => {
      const enricher = { log, records, settings: ownEnrichment(settings), logger, registry };
      await Promise.all([agent.run(sink, signal), runEnricher(enricher, signal)]);
    },
    (url) => {
      console.log(`Crewboard is at ${settings.CREWBOARD_PUBLIC_URL ?? url}`);
      adviseOnClaudeDir(settings.CLAUDE_CONFIG_DIR);
    },
  );
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
