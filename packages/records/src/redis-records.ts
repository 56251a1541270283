import { type ConnectOptions, connect, createGroupCommit, createKeys, runScript } from '@crewboard/event-log/redis';
import { type RecordKind, type Records, SWEPT_AT_A_WRITE } from './records.ts';
import { storedValue, toStored } from './stored.ts';

export interface RedisRecordsOptions extends ConnectOptions {
  /** Begins every key; the log's own prefix. */
  prefix?: string;
  /** Ms since 1970. */
  now?: () => number;
}

/**
 * Replaces or removes a record, where it is still what was read. Then takes away expired ones among a few others.
 * KEYS  1 hash of the kind
 * ARGV  1 id, 2 the text that was read, '' for none, 3 the new text, '' to remove it, 4 now in ms since 1970
 * returns 1, or 0 where another text is there: then nothing was written
 */
const REPLACE = `
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then
  return 0
end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
local some = redis.call('HRANDFIELD', KEYS[1], ${SWEPT_AT_A_WRITE}, 'WITHVALUES')
for i = 1, #some, 2 do
  local isRead, stored = pcall(cjson.decode, some[i + 1])
  local expiresAt = isRead and type(stored) == 'table' and stored.expiresAt
  if type(expiresAt) == 'number' and expiresAt <= tonumber(ARGV[4]) then
    redis.call('HDEL', KEYS[1], some[i])
  end
end
return 1`;

/** So many are asked for at once. */
const READ_STEP = 500;

interface Wanted {
  id: string;
  give(text: string | null): void;
}

/** Records in Redis 7 or later, or Valkey: one hash for each kind. As durable as Redis was told to keep them. */
export const openRedisRecords = async (options: RedisRecordsOptions): Promise<Records> => {
  const { prefix = 'crewboard', now = Date.now } = options;
  const keys = createKeys(prefix);
  const connections = await connect(options);
  const { command } = connections;

  /** What many ask for while an answer is on its way is asked for at once: a token is looked up for each request. */
  const readers = new Map<RecordKind, (wanted: readonly Wanted[]) => Promise<void>>();
  const readerOf = (kind: RecordKind): ((wanted: readonly Wanted[]) => Promise<void>) => {
    const known = readers.get(kind);
    if (known) return known;
    const readAll = async (wanted: readonly Wanted[]): Promise<void> => {
      const texts = await command(async (redis) => {
        const questions = redis.pipeline();
        for (const { id } of wanted) questions.hget(keys.records(kind), id);
        return Array.from((await questions.exec()) ?? [], ([error, text]) => {
          if (error) throw error;
          return typeof text === 'string' ? text : null;
        });
      });
      for (const [at, { give }] of wanted.entries()) give(texts[at] ?? null);
    };
    const reader = createGroupCommit(readAll, READ_STEP);
    readers.set(kind, reader);
    return reader;
  };
  const readText = async (kind: RecordKind, id: string): Promise<string | null> => {
    let found: string | null = null;
    const give = (text: string | null): void => {
      found = text;
    };
    await readerOf(kind)([{ id, give }]);
    return found;
  };

  return {
    get: async (kind, id) => storedValue(await readText(kind, id), now()),
    update: async (kind, id, decide) => {
      for (;;) {
        const text = await command((redis) => redis.hget(keys.records(kind), id));
        const before = storedValue(text, now());
        const next = decide(before);
        if (next === 'keep') return before;
        const args = [id, text ?? '', toStored(next, now()) ?? '', now()];
        if ((await command((redis) => runScript(redis, REPLACE, [keys.records(kind)], args))) === 1) return before;
      }
    },
    list: async (kind) => {
      const texts = await command((redis) => redis.hgetall(keys.records(kind)));
      return Object.entries(texts).flatMap(([id, text]) => {
        const value = storedValue(text, now());
        return value === undefined ? [] : [{ id, value }];
      });
    },
    close: () => connections.close(),
  };
};
