export { type EnricherOptions, runEnricher } from './start.ts';
