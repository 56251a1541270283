import { type EmbeddedRecordsOptions, openEmbeddedRecords } from '@crewboard/records/embedded';
import { type Access, createAccess } from './access.ts';

/** Who may do what on the board of one data folder. */
export const openEmbeddedAccess = async (options: EmbeddedRecordsOptions): Promise<Access> =>
  createAccess(await openEmbeddedRecords(options), options.now);
