import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isSound, lookAtLog } from '@crewboard/event-log/store-check';
import { storesIn } from '../log.ts';
import { type Check, fault, ok } from './check.ts';

/** What a board of one's own keeps here; nothing where there never was one. */
export const checkStores = async (dataDir: string): Promise<Check[]> => {
  const name = 'Store';
  const { log, records } = storesIn(dataDir);
  if (!existsSync(log) && !existsSync(records)) return [];
  const look = await lookAtLog(log);
  // Whoever has the stores open writes to them: nobody else is to.
  if (look === 'in use') return [ok(name, 'in use by a board that runs')];
  if (look === 'damaged') {
    const cursor = join(dataDir, 'agent', 'cursor-solo.json');
    const advice = `End Crewboard, then: mv '${log}' '${log}.damaged'; rm -f '${cursor}'. The next start reads the transcripts again, which hold all but claims and summaries.`;
    return [fault(name, `the log in ${log} is damaged`, advice)];
  }
  if (!(await isSound(records))) {
    const advice = `End Crewboard, then bring ${records} back from a backup, or: mv '${records}' '${records}.damaged'. Without it machines join anew, and people sign in again.`;
    return [fault(name, `the records in ${records} are damaged`, advice)];
  }
  return [ok(name, 'can be read')];
};
