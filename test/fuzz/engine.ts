import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import type { Boundary, Verdict } from './boundary.ts';
import type { Watchdog } from './watchdog.ts';

/** Something that must not be, with all that it takes to see it again. */
export interface Find {
  boundary: string;
  /** Of the inputs among which it was: `--only <boundary> --seed <seed>` begins with them. */
  seed: number;
  /** As small as it could be made. */
  input: string;
  reason: string;
}

/** What became of a boundary's inputs. */
export interface Tally {
  boundary: string;
  inputs: number;
  accepted: number;
  refused: number;
  slowestMs: number;
  /** Between the first inputs and the last, after the garbage was collected. */
  heapGrowthMb: number;
  tookMs: number;
  finds: Find[];
}

/** Inputs between two looks at heap, prototypes and finds. */
const CHUNK = 1_000;
/** An input that takes longer is a find. */
const SLOW_MS = 1_500;
/** What a boundary may keep of all its inputs: caches are bounded. */
const HEAP_GROWTH_MB = 64;
const FINDS_MAX = 3;
const SHOWN = 1_500;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapMb = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1024 / 1024;
};

const shapeOf = (): string =>
  [Object.prototype, Array.prototype, String.prototype, Function.prototype, Map.prototype]
    .map((prototype) => Reflect.ownKeys(prototype).map(String).join())
    .join(';');

/** Bytes as what they nearly are: a text. */
const readable = (_key: string, value: unknown): unknown => {
  const bytes =
    typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value;
  return bytes && Array.isArray(value.data) ? Buffer.from(value.data).toString('latin1') : value;
};
const text = (input: unknown): string => JSON.stringify(input, readable) ?? String(input);

/** Sends inputs through a boundary. The same seed sends the same ones. */
export const fuzz = async (
  { name, inputs, check, size = () => 1, finish }: Boundary<unknown>,
  { count, seed, watchdog }: { count: number; seed: number; watchdog: Watchdog },
): Promise<Tally> => {
  const tally: Tally = {
    boundary: name,
    inputs: 0,
    accepted: 0,
    refused: 0,
    slowestMs: 0,
    heapGrowthMb: 0,
    tookMs: 0,
    finds: [],
  };
  const startedAt = performance.now();
  const prototypes = shapeOf();

  const timed = async (input: unknown): Promise<{ verdict: Verdict; ms: number }> => {
    const from = performance.now();
    const verdict = await check(input);
    return { verdict, ms: performance.now() - from };
  };

  /** By the processor's time: a machine that is busy with something else makes no input slow. */
  const mustBeFast = async (input: unknown): Promise<void> => {
    const before = process.cpuUsage();
    await timed(input);
    const { user, system } = process.cpuUsage(before);
    const ms = Math.round((user + system) / 1_000);
    if (ms > SLOW_MS) throw new Error(`took ${ms} ms`);
  };

  let isShrinking = false;
  const holds = async (input: unknown): Promise<void> => {
    watchdog.beat();
    try {
      const { verdict, ms } = await timed(input);
      if (ms > SLOW_MS) await mustBeFast(input);
      if (shapeOf() !== prototypes) throw new Error('what every object has was changed');
      if (isShrinking) return;
      tally.slowestMs = Math.max(tally.slowestMs, ms);
      tally.inputs += size(input);
      const accepted = typeof verdict === 'object' ? verdict.accepted : verdict === 'accepted' ? size(input) : 0;
      tally.accepted += accepted;
      tally.refused += size(input) - accepted;
    } catch (error) {
      isShrinking = true;
      throw error;
    }
  };

  const find = (chunkSeed: number, input: string, reason: string): void => {
    tally.finds.push({ boundary: name, seed: chunkSeed, input: input.slice(0, SHOWN), reason: reason.slice(0, SHOWN) });
  };

  let heapBefore: number | undefined;
  for (let chunk = 0; tally.inputs < count && tally.finds.length < FINDS_MAX; chunk++) {
    // The first inputs fill caches and compile: what comes after them is what more inputs would leave.
    if (chunk > 0) heapBefore ??= heapMb();
    const chunkSeed = seed + chunk;
    watchdog.describe(`${name}, seed ${chunkSeed}`);
    isShrinking = false;
    const before = tally.inputs;
    const numRuns = Math.max(1, Math.min(CHUNK, count - tally.inputs));
    const run = await fc.check(fc.asyncProperty(inputs, holds), { seed: chunkSeed, numRuns });
    if (run.failed) {
      const reason = run.errorInstance instanceof Error ? (run.errorInstance.stack ?? '') : String(run.errorInstance);
      find(chunkSeed, text(run.counterexample?.[0]), reason);
    }
    if (run.failed && tally.inputs === before) tally.inputs += 1;
  }
  watchdog.describe(`${name}, at its end`);
  if (heapBefore !== undefined) tally.heapGrowthMb = heapMb() - heapBefore;
  if (tally.heapGrowthMb > HEAP_GROWTH_MB) find(seed, 'all of them', `the heap grew by ${tally.heapGrowthMb} MB`);
  try {
    await finish?.();
  } catch (error) {
    find(seed, 'all of them', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  tally.tookMs = performance.now() - startedAt;
  return tally;
};
