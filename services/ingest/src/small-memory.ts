import { setFlagsFromString } from 'node:v8';

/**
 * What the engine would take memory for that an agent has no use for: it runs for weeks on somebody's own machine, mostly idle. The
 * first start of 200 sessions peaks at 86 MB with these, at 120 to 145 MB without (`npm run bench -- cold-start`).
 */
const FLAGS = [
  // The parts of the heap grow by little instead of doubling: what is read is garbage a moment later.
  '--optimize-for-size',
  '--semi-space-growth-factor=1',
  // Compiling undici's parser for HTTP a second time, for speed, takes 30 MB for a moment.
  '--no-wasm-tier-up',
  '--no-wasm-dynamic-tiering',
];

/** For a process that is an agent and nothing else. To be called before the rest is loaded. */
export const keepMemorySmall = (): void => FLAGS.forEach(setFlagsFromString);
