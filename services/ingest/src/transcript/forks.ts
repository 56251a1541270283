import { join } from 'node:path';
import { isObject, type JsonObject } from '../json.ts';
import { cut } from '../privacy/texts.ts';
import { findTranscripts, type TranscriptFile } from './find.ts';
import { createHeads, type Heads, headOf, type KnownTranscript } from './heads.ts';
import { type CostBefore, copiedFrom, type Fork, type Lineage } from './lineage.ts';
import { CHUNK_BYTES, type OpenTranscript, withTranscript } from './open.ts';
import { promptFacts } from './prompt.ts';
import { type Row, rowOf, scanLines } from './rows.ts';
import { shortenStrings } from './shorten.ts';
import { isToolResultLine } from './sniff.ts';
import { totalsOf } from './state-entries.ts';

/**
 * Tells the files that begin with a copy of another session's history (`--fork-session`, `/branch`, `/fork`, a hand-over to the
 * background) from those that a session began itself.
 *
 * A copy keeps each entry's `uuid` and time; it stands at the beginning of the file, in one piece. So a file whose first entry is
 * older than itself is compared with those that it may be a copy of: its copied part ends before its first entry that
 * the other file does not have. Where the other file is gone, the marks that newer clients put on copies tell. Not seen:
 * a copy by an older client of a session whose file is gone, or that was compacted before its first snapshot of files. Where
 * the file system keeps no times of birth, which of two older clients' files is the copy is a guess.
 */
export interface Forks extends Pick<Heads, 'see'> {
  lineageOf(name: TranscriptFile, file: OpenTranscript): Promise<Lineage>;
}

const OWN: Lineage = { kind: 'own' };

/** A session writes its first entry so soon after it made its file. */
const PROMPT_MS = 1_000;
/**
 * What may name the session that a copy is of: a mark of `/branch` on its first entry, the process's first session, which
 * after a fork is the parent or the parent's parent, and the one that made a request.
 */
const BRANCHED = Buffer.from('"forkedFrom":{"sessionId":"');
const PROCESS = Buffer.from('"session_id":"');
const REQUESTED = Buffer.from('"requestSessionId":"');
const HINT_BYTES = 64 * 1024;
const FIRST_ENTRY_BYTES = 8 * 1024;
const ID_LENGTH = 36;
const PARENTS_MAX = 8;
const GOAL_MAX = 200;

export const createForks = (claudeDir: string): Forks => {
  const heads = createHeads(claudeDir);
  let hasLooked = false;
  let buffer: Buffer | undefined;

  const see: Heads['see'] = (files, isAll) => {
    hasLooked ||= isAll;
    heads.see(files, isAll);
  };

  /** The sessions that the first entries name beside their own. */
  const hintsOf = async (name: TranscriptFile, file: OpenTranscript): Promise<string[]> => {
    const start = await file.read(0, HINT_BYTES);
    const branched = valueIn(start.subarray(0, FIRST_ENTRY_BYTES), BRANCHED);
    const first = valueIn(start, PROCESS);
    // A session that its own process began, and nobody branched.
    if (branched === undefined && first === name.sessionId) return [];
    const named = [branched, valueIn(start, REQUESTED), first];
    return [...new Set(named.filter((id) => id !== undefined))].filter((id) => id !== name.sessionId);
  };

  /** Whose copy it may be, the most likely first. */
  const parentsOf = async (
    { sessionId: own }: TranscriptFile,
    { bornAt: born }: OpenTranscript,
    names: readonly string[],
    hints: readonly string[],
  ): Promise<KnownTranscript[]> => {
    if (!hasLooked) see((await findTranscripts(claudeDir)).files, true);
    const older = (await heads.beginningWith(names))
      .filter(({ sessionId, bornAt }) => bornAt < born || (bornAt === born && sessionId < own))
      .toSorted((a, b) => a.bornAt - b.bornAt);
    const known = [...hints.flatMap((sessionId) => heads.ofSession(sessionId) ?? []), ...older];
    return [...new Set(known)].filter(({ sessionId }) => sessionId !== own).slice(0, PARENTS_MAX);
  };

  const read = async ({ path }: KnownTranscript, child: string): Promise<Parent | undefined> => {
    buffer ??= Buffer.allocUnsafe(CHUNK_BYTES);
    try {
      return await withTranscript(join(claudeDir, path), buffer, (file) => readParent(file, child));
    } catch {
      return undefined;
    }
  };

  return {
    see,
    async lineageOf(name, file) {
      const head = await headOf(file);
      if (head === 'unknown') return { kind: 'unknown' };
      if (head === null || Math.abs(file.bornAt - head.first.at) < PROMPT_MS) return OWN;
      let best: Copy = { copiedTo: 0, next: undefined, lastAt: 0, lastShared: -1 };
      let from: { sessionId: string; parent?: Parent } | undefined;
      const hints = await hintsOf(name, file);
      for (const known of await parentsOf(name, file, head.names, hints)) {
        const parent = await read(known, name.sessionId);
        if (!parent || parent.isChild) continue;
        const copy = await copyOf(file, parent);
        if (copy.copiedTo <= best.copiedTo) continue;
        best = copy;
        from = { sessionId: known.sessionId, parent };
        if (isOwn(copy.next, file)) break;
      }
      if ((from || hints.length > 0) && !isOwn(best.next, file)) {
        const marked = await markedPart(file, name.sessionId, best.copiedTo);
        if (marked) {
          best = { ...best, ...marked };
          if (from?.sessionId !== marked.from) from = { sessionId: marked.from };
        }
      }
      return from ? forkOf(from, best, file, await goalOf(file, best.copiedTo)) : OWN;
    },
  };
};

const forkOf = (
  { sessionId, parent }: { sessionId: string; parent?: Parent },
  { copiedTo, next, lastAt, lastShared }: Copy,
  { bornAt, modifiedAt }: OpenTranscript,
  goal: string | null,
): Fork => ({
  kind: 'fork',
  fromSessionId: sessionId,
  how: parent?.isHandedOver ? 'background' : 'fork',
  goal,
  at: next?.at || (bornAt >= lastAt ? bornAt : Math.max(modifiedAt, lastAt)),
  copiedTo,
  isOpen: next === undefined,
  isTold: false,
  costBefore: parent?.costs.findLast(({ after }) => after <= lastShared)?.totals ?? null,
});

const valueIn = (bytes: Buffer, key: Buffer): string | undefined => {
  const at = bytes.indexOf(key);
  return at < 0 ? undefined : bytes.toString('latin1', at + key.length, at + key.length + ID_LENGTH);
};

/** No copy, as it is no older than the file. */
const isOwn = (row: Row | undefined, { bornAt }: OpenTranscript): boolean =>
  row !== undefined && bornAt > 0 && row.at >= bornAt - PROMPT_MS;

/** What a file says that another one may be a copy of. */
interface Parent {
  /** Its entries, each with its place in their order. */
  order: ReadonlyMap<string, number>;
  /** The client's totals, each with how many entries stand before. */
  costs: { after: number; totals: CostBefore }[];
  /** It says that the session goes on as the other one. */
  isHandedOver: boolean;
  /** It is itself a copy of the other one, whatever the times of birth say: files that were restored or moved have none of their own. */
  isChild: boolean;
}

const readParent = async (file: OpenTranscript, child: string): Promise<Parent> => {
  const order = new Map<string, number>();
  const parent: Parent = { order, costs: [], isHandedOver: false, isChild: false };
  const handedOver = Buffer.from(`"continuedInSessionId":"${child}"`);
  const marks = [`"requestSessionId":"${child}"`, `"forkedFrom":{"sessionId":"${child}"`].map((mark) =>
    Buffer.from(mark),
  );
  /** The first session of the process that wrote its first entries. */
  let begunBy: string | undefined;
  await scanLines(file, { from: 0, to: file.sizeBytes }, (line) => {
    const row = rowOf(line);
    if (row) {
      order.set(row.uuid, order.size);
      begunBy ??= valueIn(line, PROCESS);
      parent.isChild ||= begunBy === child || marks.some((mark) => line.includes(mark));
      return parent.isChild;
    }
    parent.isHandedOver ||= line.includes(handedOver);
    if (!line.includes(COST_STATE)) return false;
    const entry = parsed(line);
    const totals = entry?.type === 'cost-state' ? totalsOf(entry) : undefined;
    if (totals) parent.costs.push({ after: order.size - 1, totals });
    return false;
  });
  return parent;
};

const COST_STATE = Buffer.from('"cost-state"');

/** The part of a file that is a copy. */
interface Copy {
  copiedTo: number;
  /** The first entry behind it. */
  next: Row | undefined;
  /** The latest time in it. */
  lastAt: number;
  /** The place in the parent's order that the copy reaches to. */
  lastShared: number;
}

const copyOf = async (file: OpenTranscript, { order }: Parent): Promise<Copy> => {
  const copy: Copy = { copiedTo: 0, next: undefined, lastAt: 0, lastShared: -1 };
  await scanLines(file, { from: 0, to: file.sizeBytes }, (line, start, end) => {
    const row = rowOf(line);
    if (!row) return false;
    const place = order.get(row.uuid);
    if (place === undefined) {
      copy.next = row;
      if (copy.copiedTo > 0) copy.copiedTo = start;
      return true;
    }
    copy.copiedTo = end;
    copy.lastAt = Math.max(copy.lastAt, row.at);
    copy.lastShared = Math.max(copy.lastShared, place);
    return false;
  });
  return copy;
};

const MARKS = ['"requestSessionId":"', '"forkedFrom":{'].map((mark) => Buffer.from(mark));

/** How far the marks of newer clients reach. Replies bear them; results and ends of turns that follow belong to them. */
const markedPart = async (
  file: OpenTranscript,
  sessionId: string,
  from: number,
): Promise<(Omit<Copy, 'lastShared'> & { from: string }) | undefined> => {
  let found: (Omit<Copy, 'lastShared'> & { from: string }) | undefined;
  let isBehind = false;
  await scanLines(file, { from, to: file.sizeBytes }, (line, start, end) => {
    const row = rowOf(line);
    if (!row) return false;
    const entry = MARKS.some((mark) => line.includes(mark)) ? parsed(line) : undefined;
    const marked = entry && copiedFrom(entry, sessionId);
    const follows = found !== undefined && !isBehind && (isToolResultLine(line) || line.includes(SYSTEM));
    if (marked !== undefined || follows) {
      const lastAt = Math.max(found?.lastAt ?? 0, row.at);
      found = { copiedTo: end, next: undefined, lastAt, from: marked ?? found?.from ?? '' };
      isBehind = false;
    } else if (found && !isBehind) {
      isBehind = true;
      found = { ...found, copiedTo: start, next: row };
    }
    return false;
  });
  return found;
};

const SYSTEM = Buffer.from('"type":"system"');

/** The first prompt of a part of a file that no client wrote. */
const goalOf = async (file: OpenTranscript, to: number): Promise<string | null> => {
  let goal: string | null = null;
  await scanLines(file, { from: 0, to: Math.min(to, CHUNK_BYTES) }, (line) => {
    const entry = isToolResultLine(line) ? undefined : parsed(line);
    if (entry?.type !== 'user' || !isObject(entry.message)) return false;
    for (const fact of promptFacts(entry, entry.message.content, false)) {
      if (fact.type === 'PromptSubmitted' && fact.data.by !== 'client') goal ??= cut(fact.data.text, GOAL_MAX);
    }
    return goal !== null;
  });
  return goal;
};

const parsed = (line: Buffer): JsonObject | undefined => {
  try {
    const entry: unknown = JSON.parse((shortenStrings(line) ?? line).toString('utf8'));
    return isObject(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
};
