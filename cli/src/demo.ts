import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedLog } from '@crewboard/event-log';
import { openEmbeddedRecords } from '@crewboard/records/embedded';
import { createLogger, createMetrics, parseConfig } from '@crewboard/runtime';
import { runBoard } from './board.ts';
import { runDemo } from './demo/run-demo.ts';
import { unlessTaken } from './free-port.ts';
import { boardSettings, boardSettingsSchema } from './settings.ts';

/**
 * `crewboard demo`: the real board over invented sessions, in a folder that is gone afterwards. Reads nobody's sessions. Beside a board
 * that runs it takes another port, unless one was named.
 */
export const demo = async (env: NodeJS.ProcessEnv): Promise<void> => {
  const asked = parseConfig(boardSettingsSchema, env);
  const settings = env.PORT ? asked : { ...asked, PORT: await unlessTaken(asked.HOST, asked.PORT) };
  const logger = createLogger({ name: 'crewboard', level: settings.LOG_LEVEL });
  const dir = await mkdtemp(join(tmpdir(), 'crewboard-demo-'));
  const log = await openEmbeddedLog({ dir: join(dir, 'log') });
  const records = await openEmbeddedRecords({ dir: join(dir, 'records') });
  try {
    await runBoard(
      { ...boardSettings(settings, 'me'), log, records, logger, registry: createMetrics() },
      (signal) => runDemo({ log, signal, seed: Date.now() }),
      (url) => console.log(`Crewboard’s demo is at ${url}. All sessions in it are invented; Ctrl-C ends it.`),
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};
