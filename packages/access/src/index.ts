export * from './access.ts';
export type { Records } from './records.ts';
