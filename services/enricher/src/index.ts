export { createEnricher } from './service.ts';
