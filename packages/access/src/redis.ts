import { openRedisRecords, type RedisRecordsOptions } from '@crewboard/records/redis';
import { type Access, createAccess } from './access.ts';

/** Who may do what on the board of one Redis. */
export const openRedisAccess = async (options: RedisRecordsOptions): Promise<Access> =>
  createAccess(await openRedisRecords(options), options.now);
