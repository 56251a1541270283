import { Worker } from 'node:worker_threads';

const DESCRIPTION_BYTES = 1_024;

export interface Watchdog {
  /** What is fuzzed from now on: this is told of a hang, and has to be enough to repeat it. */
  describe(what: string): void;
  /** An input begins or ends. */
  beat(): void;
  stop(): Promise<void>;
}

/** Ends the process where nothing beats for so long, and says where. */
export const startWatchdog = (patienceMs: number): Watchdog => {
  const state = new Int32Array(new SharedArrayBuffer(12));
  const text = new Uint8Array(new SharedArrayBuffer(DESCRIPTION_BYTES));
  const worker = new Worker(new URL('./watchdog.mjs', import.meta.url), { workerData: { state, text, patienceMs } });
  worker.unref();
  const beat = (): void => void Atomics.add(state, 0, 1);
  return {
    describe(what) {
      const bytes = Buffer.from(what).subarray(0, DESCRIPTION_BYTES);
      text.set(bytes);
      Atomics.store(state, 1, bytes.length);
      beat();
    },
    beat,
    async stop() {
      await worker.terminate();
    },
  };
};
