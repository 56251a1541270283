// Loaded before a program (`node --import`): its clock, as a person or a time server would set it. At SIGUSR2 it goes by what the file
// CHAOS_CLOCK says, ms to add to the real time, and takes the file away. Timers and performance.now() go on: nobody sets those.
import { readFileSync, rmSync } from 'node:fs';

const RealDate = Date;
let offMs = 0;

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + offMs);
    else super(...args);
  }
  static now() {
    return RealDate.now() + offMs;
  }
};

process.on('SIGUSR2', () => {
  offMs = Number(readFileSync(process.env.CHAOS_CLOCK, 'utf8'));
  rmSync(process.env.CHAOS_CLOCK);
});
