import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type LocalReport, localReportSchema } from '@crewboard/ingest/local-report';

/** What the agent of a data folder last told of itself; `undefined` where none ever ran there, or its report cannot be read. */
export const lastReport = async (dataDir: string): Promise<LocalReport | undefined> => {
  try {
    return localReportSchema.parse(JSON.parse(await readFile(join(resolve(dataDir), 'agent', 'report.json'), 'utf8')));
  } catch {
    return undefined;
  }
};
