export { type Next, RECORD_KINDS, type RecordKind, type Records } from './records.ts';
