import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionEvent } from '@crewboard/contract';
import type { DeadLine } from '../src/dead-letters.ts';
import { createHookSpool } from '../src/hooks/spool.ts';
import { quiet } from './agent.ts';

/** A payload as the client would write it. */
export const promptPayload = (prompt: string): string =>
  JSON.stringify({ session_id: 's', cwd: '/home/dev', hook_event_name: 'UserPromptSubmit', prompt, prompt_id: 'p' });

/** A data folder of its own, gone after `remove`. */
export const createSpoolHome = () => {
  const home = mkdtempSync(join(tmpdir(), 'crewboard-spool-'));
  const dataDir = join(home, 'data');
  const spool = join(dataDir, 'spool');
  const claimed = join(dataDir, 'agent', 'hooks');
  let names = 0;
  return {
    home,
    dataDir,
    spool,
    claimed,
    /** Puts a payload there as the hook does, written `ageMs` ago. */
    write: (text: string, { name = `${names++}.json`, ageMs = 0 } = {}): void => {
      const path = join(spool, name);
      mkdirSync(spool, { recursive: true, mode: 0o700 });
      writeFileSync(`${path}.part`, text);
      const at = (Date.now() - ageMs) / 1000;
      utimesSync(`${path}.part`, at, at);
      renameSync(`${path}.part`, path);
    },
    /** What waits, and what was claimed and not accepted. */
    files: () => [...readdirSync(spool), ...(existsSync(claimed) ? readdirSync(claimed) : [])].sort(),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
};
export type SpoolHome = ReturnType<typeof createSpoolHome>;

/** One life of the agent. What it is offered is accepted at once, or when the test says so. */
export const liveOn = (
  { dataDir }: SpoolHome,
  { accepts = 'at once' as 'at once' | 'later', clock = Date.now, mostHeldBytes = Number.POSITIVE_INFINITY } = {},
) => {
  const offered: SessionEvent[] = [];
  const accept: (() => void)[] = [];
  const dead: DeadLine[] = [];
  let room = Promise.resolve();
  const reader = createHookSpool({
    dataDir,
    machine: 'devbox',
    owner: null,
    locate: () => ({ repo: 'widgets', remote: null, branch: null, worktree: null }),
    shipper: {
      offer: (events, onAccepted) => {
        offered.push(...events);
        if (accepts === 'at once') onAccepted?.();
        else if (onAccepted) accept.push(onAccepted);
      },
      room: () => room,
    },
    deadLetters: { add: (line) => void dead.push(line) },
    logger: quiet,
    now: clock,
    mostHeldBytes,
  });
  const prompts = () => offered.flatMap((event) => (event.type === 'PromptSubmitted' ? [event] : []));
  return {
    reader,
    offered,
    accept,
    dead,
    prompts: () => prompts().map(({ data }) => data.text),
    positions: () => prompts().map(({ position }) => position),
    sweep: () => reader.sweep(),
    holdRoom: () => {
      let open: () => void = () => undefined;
      room = new Promise((resolve) => {
        open = resolve;
      });
      return open;
    },
    endRoom: (reason: string) => {
      room = Promise.reject(new Error(reason));
      room.catch(() => undefined);
    },
  };
};
