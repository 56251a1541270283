export * from './config.ts';
export * from './health.ts';
export * from './logger.ts';
export * from './metrics.ts';
export * from './no-json-schema.ts';
export * from './run-until-signal.ts';
export * from './within.ts';
