export { advance } from './card.ts';
export { evolve } from './evolve.ts';
export { createStatusMetrics } from './metrics.ts';
export { createStatusService, type StatusServiceOptions } from './service.ts';
export { initialState, type SessionState } from './state.ts';
