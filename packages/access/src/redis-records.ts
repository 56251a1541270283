import { type ConnectionLogger, connect, runScript } from '@crewboard/event-log/redis';
import { z } from 'zod';
import { type Access, createAccess } from './access.ts';
import { type RecordKind, type Records, readStored, toStored } from './records.ts';

export interface RedisRecordsOptions {
  url: string;
  /** Begins every key; the log's own prefix. */
  prefix?: string;
  logger?: ConnectionLogger;
}

/**
 * Puts a record where none is there, or the one there has expired.
 * KEYS  1 hash of the kind
 * ARGV  1 id, 2 the record, 3 now in ms since 1970
 * returns 1 when it was put, else 0
 */
const PUT_IF_ABSENT = `
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if stored then
  local expiresAt = cjson.decode(stored).expiresAt
  if expiresAt == cjson.null or expiresAt > tonumber(ARGV[3]) then
    return 0
  end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1`;

/**
 * Reads and removes a record.
 * KEYS  1 hash of the kind
 * ARGV  1 id
 * returns the record, or nil
 */
const TAKE = `
local stored = redis.call('HGET', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[1], ARGV[1])
return stored`;

const textReply = z.string().nullable();

/** Records in Redis, one hash for each kind. */
export const openRedisRecords = async (options: RedisRecordsOptions): Promise<Records> => {
  const { url, prefix = 'crewboard', logger } = options;
  const connections = await connect(url, logger);
  const { command } = connections;
  const keyOf = (kind: RecordKind): string => `${prefix}:access:${kind}`;

  const take = async (kind: RecordKind, id: string): Promise<unknown> => {
    const reply = await command((redis) => runScript(redis, TAKE, [keyOf(kind)], [id]));
    return readStored(textReply.parse(reply), Date.now())?.value;
  };

  return {
    get: async (kind, id) => readStored(await command((redis) => redis.hget(keyOf(kind), id)), Date.now())?.value,
    put: async (kind, id, value, putOptions = {}) => {
      const now = Date.now();
      const record = toStored(value, putOptions, now);
      if (putOptions.onlyIfAbsent) {
        return (await command((redis) => runScript(redis, PUT_IF_ABSENT, [keyOf(kind)], [id, record, now]))) === 1;
      }
      await command((redis) => redis.hset(keyOf(kind), id, record));
      return true;
    },
    take,
    remove: async (kind, id) => (await take(kind, id)) !== undefined,
    list: async (kind) => {
      const now = Date.now();
      const found: { id: string; value: unknown }[] = [];
      const expired: string[] = [];
      for (const [id, text] of Object.entries(await command((redis) => redis.hgetall(keyOf(kind))))) {
        const stored = readStored(text, now);
        if (stored) found.push({ id, value: stored.value });
        else expired.push(id);
      }
      if (expired.length > 0) await command((redis) => redis.hdel(keyOf(kind), ...expired));
      return found;
    },
    close: () => connections.close(),
  };
};

/** Who may do what on the board of one Redis. */
export const openRedisAccess = async (options: RedisRecordsOptions): Promise<Access> =>
  createAccess(await openRedisRecords(options));
