export { cardText } from './card-text.ts';
export { type EmbeddedLogOptions, openEmbeddedLog } from './embedded.ts';
export { LogInUse } from './embedded-lock.ts';
export * from './event-log.ts';
export { partitionOf } from './partition.ts';
export { openRedisLog, type RedisLogOptions } from './redis.ts';
export { RedisUrlError } from './redis-url.ts';
export { isSound, lookAtLog, StoreDamaged } from './store-check.ts';
