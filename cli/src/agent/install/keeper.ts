/** A command line, and what it is run for. */
export interface Step {
  command: readonly [string, ...string[]];
  /** It may fail: there may be nothing to stop. */
  mayFail?: true;
  /** What it follows takes a moment: it is tried so often, half a second apart. */
  tries?: number;
}

/** What is to be kept running: absolute paths. */
export interface KeptProgram {
  node: string;
  args: readonly [string, ...string[]];
}

/** What a system has to keep a program of a person running while that person is logged in. Files and commands only: it does nothing itself. */
export interface Keeper {
  /** What it is called there, for people. */
  readonly what: string;
  /** The file that describes the program, below the person's own home. */
  readonly path: string;
  file(program: KeptProgram): string | Uint8Array;
  /** A command that fails where the system keeps nothing for this person, and what that means. */
  readonly probe: { command: readonly [string, ...string[]]; failed: string };
  /** Once the file is written: from now on and with each login. A repeat begins the program anew. */
  readonly start: readonly Step[];
  /** Before the file is removed. */
  readonly stop: readonly Step[];
  /** After it was removed. */
  readonly removed: readonly Step[];
  /** Prints how the program fares; `isRunning` reads that. */
  readonly look: readonly [string, ...string[]];
  isRunning(printed: string): boolean;
  /** Where its log is read. */
  readonly log: string;
  /** For people, once it is installed. */
  readonly note?: string;
}

export interface KeeperContext {
  home: string;
  /** The person's id in the system. */
  uid: number;
  /** `DOMAIN\name` on Windows. */
  account: string;
  /** Absolute. */
  dataDir: string;
  xdgConfigHome?: string | undefined;
}
