import type { Random } from './random.ts';
import type { DemoSession } from './session.ts';

/** What a session is in while it pauses; `away`: its machine is not heard; `gone`: no process runs it. */
export type Phase =
  | 'calling'
  | 'thinking'
  | 'asking'
  | 'delegating'
  | 'compacting'
  | 'retrying'
  | 'away'
  | 'resting'
  | 'gone';

/** The script's word that nothing happens in this session for a while, ms. */
export interface Pause {
  phase: Phase;
  waitMs: number;
}
export type Script = Generator<Pause, void, undefined>;

/** What happens in the first turn of a session, for those that shall show it. Later turns leave it to chance. */
export type Incident =
  | 'asks'
  | 'asks twice'
  | 'agents'
  | 'agents in the background'
  | 'compacts'
  | 'retries'
  | 'fails'
  | 'interrupted'
  | 'shell'
  | 'machine lost';

export interface ScriptOptions {
  session: DemoSession;
  random: Random;
  now: () => number;
  first: Incident | null;
  /** Begins another session in the same process, as /clear does. `undefined` when there is no room for one. */
  clear: () => string | undefined;
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
