import { createHash } from 'node:crypto';
import { ENRICHMENT_KINDS } from './enrichment.ts';
import { HISTORY_MAX } from './event-log.ts';
import { RING_LETTERS } from './history-ring.ts';
import type { RedisClient } from './redis-client.ts';

/** The one field of every stream entry; its value is JSON. */
export const FIELD = 'json';

/**
 * Appends what the enricher found of sessions that have a row, and keeps the last of each kind and session.
 * KEYS  1 board changelog, 2 enrichment, 3 rows
 * ARGV  for each change its session id, its field (kind and session) and JSON, in order
 * returns the number appended
 */
export const APPEND_ENRICHMENT = `
local appended = 0
for i = 1, #ARGV, 3 do
  if redis.call('HEXISTS', KEYS[3], ARGV[i]) == 1 then
    redis.call('XADD', KEYS[1], '*', '${FIELD}', ARGV[i + 2])
    redis.call('HSET', KEYS[2], ARGV[i + 1], ARGV[i + 2])
    appended = appended + 1
  end
end
return appended`;

/**
 * Gives the lease to a holder, or prolongs its own. The fence rises with each new holder, when a lease ran out, and where
 * the holder wants it to: then what it sent before is refused, should it still come.
 * KEYS  1 lease, 2 fence
 * ARGV  1 holder, 2 time to live in ms, 3 whether its own lease is to get a new fence: 1 or 0
 * returns the fence, or 0 while another holds it
 */
export const ACQUIRE_LEASE = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if holder and ARGV[3] == '0' then
  return tonumber(redis.call('GET', KEYS[2]))
end
return redis.call('INCR', KEYS[2])`;

/**
 * Gives a lease up, where it is still held by this holder with this fence.
 * KEYS  1 lease, 2 fence
 * ARGV  1 holder, 2 fence
 * returns 1 when it was given up, else 0
 */
export const RELEASE_LEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('GET', KEYS[2]) == ARGV[2] then
  return redis.call('DEL', KEYS[1])
end
return 0`;

/**
 * Saves one step of a fold, where the fence is the newest.
 * KEYS  1 fence, 2 rows, 3 board changelog, 4 checkpoint, 5 histories, stories and spans (see `history-ring.ts` for the fields),
 *       6 enrichment
 * ARGV  1 fence, 2 checkpoint, 3 number of removals, 4 number of rows, 5 number of entries of rings, then for each removal
 *       its session id, for each row its session id and JSON, for each entry its ring's id and JSON, and the changes as JSON.
 *       A session that is removed and has a row begins anew
 * returns 1 when it was saved, 0 when the fence is an old one: then nothing was written
 */
export const SAVE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
local at = 6
for _ = 1, tonumber(ARGV[3]) do
  local id = ARGV[at]
  redis.call('HDEL', KEYS[2], id)
  for _, letter in ipairs({ ${Object.values(RING_LETTERS)
    .map((letter) => `'${letter}:'`)
    .join(', ')} }) do
    local ring = letter .. id
    local told = tonumber(redis.call('HGET', KEYS[5], 'n:' .. ring) or 0)
    if told > 0 then
      local fields = { 'n:' .. ring }
      for slot = 0, math.min(told, ${HISTORY_MAX}) - 1 do
        fields[#fields + 1] = slot .. ':' .. ring
      end
      redis.call('HDEL', KEYS[5], unpack(fields))
    end
  end
  redis.call('HDEL', KEYS[6], ${ENRICHMENT_KINDS.map((kind) => `'${kind}:' .. id`).join(', ')})
  at = at + 1
end
for _ = 1, tonumber(ARGV[4]) do
  redis.call('HSET', KEYS[2], ARGV[at], ARGV[at + 1])
  at = at + 2
end
for _ = 1, tonumber(ARGV[5]) do
  local id = ARGV[at]
  local number = redis.call('HINCRBY', KEYS[5], 'n:' .. id, 1) - 1
  redis.call('HSET', KEYS[5], (number % ${HISTORY_MAX}) .. ':' .. id, ARGV[at + 1])
  at = at + 2
end
for i = at, #ARGV do
  redis.call('XADD', KEYS[3], '*', '${FIELD}', ARGV[i])
end
redis.call('SET', KEYS[4], ARGV[2])
return 1`;

/**
 * Forgets one partition's board. The changelog is emptied and not deleted, so that its offsets go on rising and groups
 * stay; the fence rises, so that no holder saves what it folded for the old board.
 * KEYS  1 fence, 2 rows, 3 board changelog, 4 checkpoint, 5 histories
 * returns 1
 */
export const RESET_BOARD = `
redis.call('INCR', KEYS[1])
redis.call('UNLINK', KEYS[2], KEYS[4], KEYS[5])
redis.call('XTRIM', KEYS[3], 'MAXLEN', 0)
return 1`;

const sha1 = (script: string): string => createHash('sha1').update(script).digest('hex');
const shas = new Map(
  [APPEND_ENRICHMENT, ACQUIRE_LEASE, RELEASE_LEASE, SAVE, RESET_BOARD].map((script) => [script, sha1(script)]),
);

/** Runs a script by its hash, and by its text where the server with its keys doesn't know it yet (after a restart, too). */
export const runScript = async (
  redis: RedisClient,
  script: string,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> => {
  try {
    return await redis.evalsha(shas.get(script) ?? sha1(script), keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return redis.eval(script, keys.length, ...keys, ...args);
  }
};
