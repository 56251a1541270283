import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createEntryWriter } from '../../bench/tree/entries.ts';
import type { Random } from '../../cli/src/demo/random.ts';

/** A developer's machine whose sessions this harness plays: it writes transcripts as the client does. */
export interface Machine {
  readonly name: string;
  readonly claudeDir: string;
  /** Every transcript that it has, by its path below the claude folder. */
  readonly sessions: readonly PlayedSession[];
  /** Lets one of its sessions write its next entries; begins new ones in place of those that grew old. */
  write(random: Random): void;
  /** Removes the transcripts that nothing was written to since then (ms since 1970), as the client does with old ones. */
  tidy(before: number): void;
  /** All that it has written are whole lines then. */
  finishLine(): void;
  /** Sets its clock, ms beside the real time: what it writes says so. Nothing is written until `isSet`: there is one clock, also to its agent. */
  setClock(offMs: number, isSet: Promise<void>): Promise<void>;
  /** Whether the clock of its board is wrong: its times are told by that one. */
  setBoardClock(isWrong: boolean): void;
}

export interface PlayedSession {
  readonly sessionId: string;
  readonly path: string;
  sizeBytes: number;
  /** When it really was active for the first and the last time, in ms since 1970. */
  startedAt: number;
  lastAt: number;
  /** Whose clock was wrong while it wrote: the board's counts for more than the machine's. */
  wrongClock: 'machine' | 'board' | undefined;
}

const AT_ONCE = 2;
/** A session that is larger gives way to a new one: the check reads all of those that grow, again in each round. */
const OLD_BYTES = 120_000;
/** Entries that say that something was done. */
const ACTIVITY = /"type":"(?:user|assistant|system)"/;
const MODEL = 'claude-opus-4-8';
const WORDS =
  'the reader keeps its last line when a file is cut while it is read and says so in the log of the board'.split(' ');

const prose = (random: Random, most: number): string =>
  Array.from({ length: random.int(3, most) }, () => random.pick(WORDS)).join(' ');

/** What one session writes, step by step, for ever: turns of a prompt, messages, calls with results, and an end. */
function* script(
  sessionId: string,
  cwd: string,
  random: Random,
  now: () => number,
): Generator<string, never, undefined> {
  const envelope = { sessionId, cwd, branch: 'main', model: MODEL, agentId: null };
  const writer = createEntryWriter(envelope, random);
  const title = prose(random, 6);
  const head = (stopReason: 'tool_use' | 'end_turn') => ({
    id: `msg_${random.hex(24)}`,
    stopReason,
    use: {
      input: random.int(2, 40),
      output: random.int(40, 900),
      cacheRead: random.int(8_000, 90_000),
      cacheWrite: random.int(200, 4_000),
    },
  });
  yield writer.metadata(title);
  for (let turn = 0; ; turn++) {
    const startedAt = now();
    yield writer.prompt(startedAt, prose(random, 12));
    if (turn === 0) yield writer.aiTitle(title);
    for (let step = random.int(1, 6); step > 0; step--) {
      const message = head('tool_use');
      const id = `toolu_${random.hex(24)}`;
      yield writer.assistant(now(), message, { type: 'text', text: prose(random, 20) }, 0);
      const input = { command: prose(random, 5), description: 'Look' };
      yield writer.assistant(now(), message, { type: 'tool_use', id, name: 'Bash', input }, 1);
      yield writer.toolResult(now(), id, prose(random, 120), random.chance(0.1));
      if (random.chance(0.2)) yield writer.attachment(now(), 'prompt_snapshot', prose(random, 200));
    }
    if (random.chance(0.1)) yield writer.interrupted(now());
    else {
      yield writer.assistant(now(), head('end_turn'), { type: 'text', text: prose(random, 30) }, 0);
      yield writer.turnDuration(now(), now() - startedAt, 12);
    }
    yield writer.metadata(title);
  }
}

export const createMachine = (name: string, claudeDir: string, seed: Random, oldBytes = OLD_BYTES): Machine => {
  let sessions: readonly PlayedSession[] = [];
  const playing: { session: PlayedSession; script: Generator<string, never, undefined> }[] = [];
  let offMs = 0;
  let isBoardWrong = false;
  let isHeld = false;
  /** The rest of a line that was written in two parts. */
  let owed: { session: PlayedSession; text: string } | undefined;

  const begin = (): void => {
    const sessionId = seed.uuid();
    const path = `projects/-home-dev-${name}/${sessionId}.jsonl`;
    mkdirSync(dirname(join(claudeDir, path)), { recursive: true });
    const session: PlayedSession = { sessionId, path, sizeBytes: 0, startedAt: 0, lastAt: 0, wrongClock: undefined };
    sessions = [...sessions, session];
    playing.push({ session, script: script(sessionId, `/home/dev/${name}`, seed, () => Date.now() + offMs) });
  };

  const append = (session: PlayedSession, text: string): void => {
    appendFileSync(join(claudeDir, session.path), text);
    session.sizeBytes += Buffer.byteLength(text);
  };

  const finishLine = (): void => {
    if (owed) append(owed.session, owed.text);
    owed = undefined;
  };

  return {
    name,
    claudeDir,
    get sessions() {
      return sessions;
    },
    finishLine,
    tidy: (before) => {
      const isOld = (session: PlayedSession): boolean =>
        session.lastAt < before && !playing.some((played) => played.session === session);
      for (const { path } of sessions.filter(isOld)) rmSync(join(claudeDir, path));
      sessions = sessions.filter((session) => !isOld(session));
    },
    setClock: async (ms, isSet) => {
      isHeld = true;
      await isSet;
      offMs = ms;
      isHeld = false;
    },
    setBoardClock: (isWrong) => {
      isBoardWrong = isWrong;
      // What it wrote a moment ago is on its way, and told by that clock too.
      if (isWrong) for (const { session } of playing) session.wrongClock = 'board';
    },
    write: (random) => {
      if (isHeld) return;
      finishLine();
      while (playing.length < AT_ONCE) begin();
      const at = random.int(0, playing.length - 1);
      const played = playing[at];
      if (!played) return;
      const { session, script } = played;
      const text = script.next().value;
      if (ACTIVITY.test(text)) {
        session.startedAt ||= Date.now();
        session.lastAt = Date.now();
      }
      if (isBoardWrong) session.wrongClock = 'board';
      else if (offMs !== 0) session.wrongClock ??= 'machine';
      const cutAt = random.chance(0.05) ? random.int(1, text.length - 1) : text.length;
      append(session, text.slice(0, cutAt));
      if (cutAt < text.length) owed = { session, text: text.slice(cutAt) };
      else if (session.sizeBytes > oldBytes) playing.splice(at, 1);
    },
  };
};
