export * from './event-log.ts';
export { partitionOf } from './partition.ts';
