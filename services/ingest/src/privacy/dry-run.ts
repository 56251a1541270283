import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { SessionEvent } from '@crewboard/contract';
import { createLogger } from '@crewboard/runtime';
import { createIngestService, type IngestServiceOptions } from '../service.ts';

export type DryRunOptions = Omit<IngestServiceOptions, 'tells' | 'sink' | 'logger'>;

/** What the agent keeps in its data folder, and goes on from. */
const KEPT = ['privacy.json', 'agent', 'spool'];
/** What a copy has no use for: a token, and who works with the folder. */
const LEFT: readonly string[] = ['credentials.json', 'running.json'];

/**
 * All that an agent that started now would send, in its order: the real readers and the real gate, on a copy of what the agent
 * remembers. Nothing of it is changed, and nothing is sent. Times are this machine's.
 */
export const dryRun = async (
  options: DryRunOptions,
  onEvents: (events: readonly SessionEvent[]) => void,
): Promise<void> => {
  const copy = await mkdtemp(join(tmpdir(), 'crewboard-dry-run-'));
  try {
    for (const name of KEPT) {
      await cp(join(options.dataDir, name), join(copy, name), {
        recursive: true,
        preserveTimestamps: true,
        filter: (path) => !LEFT.includes(basename(path)),
      }).catch(() => undefined);
    }
    const stopping = new AbortController();
    const service = createIngestService({
      ...options,
      dataDir: copy,
      namedAfter: options.dataDir,
      tells: 'nobody',
      sink: {
        send: async (events) => onEvents(events),
        report: async () => undefined,
        standing: () => ({ clockSkewMs: null, boardVersion: null, trouble: null }),
      },
      logger: createLogger({ name: 'dry-run', level: 'silent' }),
    });
    const running = service.run(stopping.signal);
    await Promise.race([service.caughtUp, running]);
    stopping.abort();
    await running;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
};
