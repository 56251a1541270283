import {
  applyEnrichment,
  type BoardPosition,
  type Card,
  compareOffsets,
  type Enrichment,
  type EnrichmentChange,
  formatBoardOffset,
  noEnrichment,
  type Offset,
  type RecordedChange,
  type Session,
  START_OFFSET,
} from '@crewboard/contract';
import { textFrame } from './text-frame.ts';

/** So many removals are remembered for those who come back after one; beyond it, the oldest is forgotten. */
const TOMBSTONES_MAX = 10_000;

/** What happened to one session, for the feeds: the same object, and the same bytes, for all of them. */
export interface SessionChange {
  readonly sessionId: string;
  /** The feed's `change` message in UTF-8. */
  bytes(): Buffer;
  /** The same as a whole WebSocket frame: made once, written to every socket as it is. */
  frame(): Buffer;
}

interface Entry {
  session: Session;
  partition: number;
  /** The last change of this session, in its partition. */
  changedAt: Offset;
  json: string | undefined;
}

interface Tombstone {
  partition: number;
  changedAt: Offset;
}

const jsonOf = (entry: Entry): string => {
  entry.json ??= JSON.stringify(entry.session);
  return entry.json;
};

/** By name: two objects of many members spread into one are several times dearer. */
const enriched = (card: Card, { summary, brief, pullRequest }: Enrichment): Session => ({
  ...card,
  summary,
  brief,
  pullRequest,
});

const isAfter = (a: Offset, b: Offset | undefined): boolean => compareOffsets(a, b ?? START_OFFSET) > 0;

/**
 * The merged board in memory: what `reduceBoard` would hold, changed in place, because copying a map of thousands of
 * sessions for every change costs more than everything else here. Beside each session it keeps where it changed last:
 * that is enough to bring anyone up to date who knows an earlier offset.
 */
export class LiveBoard {
  readonly epoch: string;
  readonly #entries = new Map<string, Entry>();
  /** What the enricher knows, by session: it may be there before the card, while a board is folded anew. */
  readonly #enrichments = new Map<string, Enrichment>();
  readonly #tombstones = new Map<string, Tombstone>();
  readonly #tombstonesMax: number;
  readonly #applied: Offset[];
  /** Who knows less than this may have missed a removal. */
  readonly #floor: Offset[];
  #snapshot: Buffer | undefined;

  constructor(epoch: string, partitions: number, tombstonesMax = TOMBSTONES_MAX) {
    this.epoch = epoch;
    this.#tombstonesMax = tombstonesMax;
    this.#applied = Array.from({ length: partitions }, () => START_OFFSET);
    this.#floor = Array.from({ length: partitions }, () => START_OFFSET);
  }

  get position(): BoardPosition {
    return { epoch: this.epoch, partitions: [...this.#applied] };
  }

  get size(): number {
    return this.#entries.size;
  }

  appliedTo(partition: number): Offset {
    return this.#applied[partition] ?? START_OFFSET;
  }

  session(sessionId: string): Session | undefined {
    return this.#entries.get(sessionId)?.session;
  }

  /** In no order. A session that changed is another object. */
  sessions(): Session[] {
    return Array.from(this.#entries.values(), ({ session }) => session);
  }

  /** Puts the stored cards of a partition, and what is known of them, in place. Before anything else of that partition. */
  seed(partition: number, cards: readonly Card[], enrichments: readonly EnrichmentChange[], horizon: Offset): void {
    this.#snapshot = undefined;
    for (const change of enrichments) this.#enrich(change);
    for (const card of cards) {
      const session = enriched(card, this.#enrichmentOf(card.sessionId));
      this.#entries.set(card.sessionId, { session, partition, changedAt: horizon, json: undefined });
    }
  }

  /** Remembers a change that what was seeded already contains: where its session changed last, and whether it was removed. */
  recall({ type, sessionId, partition, offset }: RecordedChange): void {
    const entry = this.#entries.get(sessionId);
    if (entry) entry.changedAt = offset;
    else if (type === 'CardRemoved') this.#bury(sessionId, partition, offset);
  }

  /** Ends a partition's start: everything up to `applied` is in, and offsets from `horizon` on can be resumed. */
  settle(partition: number, applied: Offset, horizon: Offset): void {
    this.#snapshot = undefined;
    this.#applied[partition] = applied;
    if (isAfter(horizon, this.#floor[partition])) this.#floor[partition] = horizon;
  }

  /** Applies the next entry of a partition's changelog; `undefined` where nothing on the board changed by it. */
  apply(change: RecordedChange): SessionChange | undefined {
    const { sessionId, partition, offset } = change;
    this.#applied[partition] = offset;
    this.#snapshot = undefined; // the offset in it is old, whether or not a session changed
    const before = this.#entries.get(sessionId);
    const session = this.#after(before?.session, change);
    if (session) {
      const entry: Entry = { session, partition, changedAt: offset, json: undefined };
      this.#entries.set(sessionId, entry);
      this.#tombstones.delete(sessionId);
      return this.#change(sessionId, entry, this.position);
    }
    if (!before) return undefined;
    this.#entries.delete(sessionId);
    this.#bury(sessionId, partition, offset);
    return this.#change(sessionId, undefined, this.position);
  }

  /** The feed's `snapshot` message in UTF-8: one buffer for all who ask before the next change. */
  snapshot(): Buffer {
    this.#snapshot ??= Buffer.from(`{"kind":"snapshot",${this.#members()}}`);
    return this.#snapshot;
  }

  /** The whole board as JSON: its offset and every session. */
  toJson(): string {
    return `{${this.#members()}}`;
  }

  /** Tells whether {@link changesSince} can bring someone up to date who stands at `position`. */
  canResume(position: BoardPosition): boolean {
    return (
      position.epoch === this.epoch &&
      position.partitions.length === this.#applied.length &&
      position.partitions.every((offset, partition) => {
        const floor = this.#floor[partition];
        return (floor === undefined || !isAfter(floor, offset)) && !isAfter(offset, this.#applied[partition]);
      })
    );
  }

  /**
   * The state of every session that changed after `position`, one change each. In an order in which each one's offset
   * is true: whoever stops in the middle can resume after the last that it got.
   */
  changesSince(position: BoardPosition): SessionChange[] {
    if (position.partitions.every((offset, partition) => offset === this.#applied[partition])) return [];
    const changed: { sessionId: string; partition: number; changedAt: Offset; entry: Entry | undefined }[] = [];
    for (const [sessionId, entry] of this.#entries) {
      const { partition, changedAt } = entry;
      if (isAfter(changedAt, position.partitions[partition])) changed.push({ sessionId, partition, changedAt, entry });
    }
    for (const [sessionId, { partition, changedAt }] of this.#tombstones) {
      if (isAfter(changedAt, position.partitions[partition])) {
        changed.push({ sessionId, partition, changedAt, entry: undefined });
      }
    }
    changed.sort((a, b) => a.partition - b.partition || compareOffsets(a.changedAt, b.changedAt));
    const partitions = [...position.partitions];
    return changed.map(({ sessionId, partition, changedAt, entry }) => {
      partitions[partition] = changedAt;
      return this.#change(sessionId, entry, { epoch: this.epoch, partitions: [...partitions] });
    });
  }

  /** The session after a change; `undefined` where it is gone, or has no card (yet). */
  #after(session: Session | undefined, change: RecordedChange): Session | undefined {
    switch (change.type) {
      case 'CardChanged':
        return enriched(change.card, this.#enrichmentOf(change.sessionId));
      case 'CardRemoved':
        this.#enrichments.delete(change.sessionId);
        return undefined;
      default:
        this.#enrich(change);
        return session && enriched(session, this.#enrichmentOf(change.sessionId));
    }
  }

  #enrichmentOf(sessionId: string): Enrichment {
    return this.#enrichments.get(sessionId) ?? noEnrichment;
  }

  #enrich(change: EnrichmentChange): void {
    this.#enrichments.set(change.sessionId, applyEnrichment(this.#enrichmentOf(change.sessionId), change));
  }

  #members(): string {
    const offset = JSON.stringify(formatBoardOffset(this.position));
    return `"offset":${offset},"sessions":[${Array.from(this.#entries.values(), jsonOf).join(',')}]`;
  }

  #change(sessionId: string, entry: Entry | undefined, position: BoardPosition): SessionChange {
    let frame: Buffer | undefined;
    const bytes = () => changeMessage(sessionId, entry ? jsonOf(entry) : 'null', formatBoardOffset(position));
    return {
      sessionId,
      bytes,
      frame: () => {
        frame ??= textFrame(bytes());
        return frame;
      },
    };
  }

  #bury(sessionId: string, partition: number, changedAt: Offset): void {
    this.#tombstones.delete(sessionId);
    this.#tombstones.set(sessionId, { partition, changedAt });
    if (this.#tombstones.size <= this.#tombstonesMax) return;
    const [oldest] = this.#tombstones;
    if (!oldest) return;
    const [id, forgotten] = oldest;
    this.#tombstones.delete(id);
    if (isAfter(forgotten.changedAt, this.#floor[forgotten.partition])) {
      this.#floor[forgotten.partition] = forgotten.changedAt;
    }
  }
}

const changeMessage = (sessionId: string, sessionJson: string, offset: string): Buffer =>
  Buffer.from(
    `{"kind":"change","offset":${JSON.stringify(offset)},"sessionId":${JSON.stringify(sessionId)},"session":${sessionJson}}`,
  );
