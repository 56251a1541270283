import { setFlagsFromString } from 'node:v8';

/** The engine of Node.js 20. Those of later ones decide by other flags, and complain on the terminal about this one. */
const HAS_BUDGET = process.versions.v8.startsWith('11.');
const setBudget = (size: number): void => {
  if (HAS_BUDGET) setFlagsFromString(`--interrupt-budget=${size}`);
};
const USUAL_BUDGET = 67_584;
/**
 * A function is optimised after eight times as much work as the engine would ask for. Of the first seconds of a board a quarter of all CPU
 * was its compiler, on the cores that read and fold, for functions that had little left to do. What stays hot is optimised all the same.
 */
const BUDGET_AT_START = 8 * USUAL_BUDGET;
/** By then the largest board has read all that was there, if the agent does not say so sooner. */
const STARTED_MS = 20_000;

/** What a program loads stays: a nursery that is soon large does not copy it again and again. */
const NURSERY_AT_START = '--semi-space-growth-factor=16';

/**
 * What the engine would take memory for that an agent has no use for: it runs for weeks on somebody's own machine, mostly idle. The
 * first start of 200 sessions peaks at 86 MB with these, at 120 to 145 MB without (`npm run bench -- cold-start`).
 */
const SMALL_MEMORY = [
  // The parts of the heap grow by little instead of doubling: what is read is garbage a moment later.
  '--optimize-for-size',
  '--semi-space-growth-factor=1',
  // Compiling undici's parser for HTTP a second time, for speed, takes 30 MB for a moment.
  '--no-wasm-tier-up',
  '--no-wasm-dynamic-tiering',
];

/** For all threads of this process. To be called before the rest is loaded. */
export const startFast = (): void => {
  setBudget(BUDGET_AT_START);
  setFlagsFromString(NURSERY_AT_START);
};

/**
 * The start is over: what runs often is optimised as soon as the engine would. A request, its fold and its card take a fifth less then.
 * For all threads.
 */
export const serveFast = (): void => setBudget(USUAL_BUDGET);

/** For a process that goes on to serve a board, whatever becomes of its agent. */
export const thenServeFast = (): void => {
  setTimeout(serveFast, STARTED_MS).unref();
};

/** For a process that is an agent and nothing else, where both are wanted: to be called last. */
export const keepMemorySmall = (): void => SMALL_MEMORY.forEach(setFlagsFromString);
