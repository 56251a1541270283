import type { Card, Offset, PullRequest, RecordedChange } from '@crewboard/contract';
import { START_OFFSET } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';

/** What of a session tells which pull request is its own, and how much goes on there. */
export interface Watched
  extends Pick<
    Card,
    'sessionId' | 'remote' | 'branch' | 'commits' | 'pullRequestLinks' | 'status' | 'ended' | 'since' | 'lastActivityAt'
  > {
  /** What the board shows of it now. */
  pullRequest: PullRequest | null;
}

const READ_COUNT = 500;
/** Who has not looked for so long may have missed what was dropped since. */
const STALE_MS = 5 * 60_000;

/**
 * The sessions on the board, in memory: read once, then kept up to date from the changelog. Every replica has all of them; which repositories
 * it looks after is another matter.
 */
export class SessionIndex {
  readonly #log: Pick<EventLog, 'epoch' | 'load' | 'readChanges' | 'partitions'>;
  readonly #now: () => number;
  readonly #sessions = new Map<string, Watched>();
  #offsets: Offset[] = [];
  #epoch: string | undefined;
  #lookedAt = 0;

  constructor(log: Pick<EventLog, 'epoch' | 'load' | 'readChanges' | 'partitions'>, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  get sessions(): Iterable<Watched> {
    return this.#sessions.values();
  }

  get(sessionId: string): Watched | undefined {
    return this.#sessions.get(sessionId);
  }

  /** Reads what the changelog holds by now; another board, or the first, is read whole. Throws what the log throws: a later call goes on. */
  async catchUp(): Promise<void> {
    const epoch = await this.#log.epoch();
    if (epoch !== this.#epoch || this.#now() - this.#lookedAt > STALE_MS) await this.#load(epoch);
    for (let partition = 0; partition < this.#log.partitions; partition++) await this.#read(partition);
    this.#lookedAt = this.#now();
  }

  async #load(epoch: string): Promise<void> {
    this.#epoch = undefined;
    this.#sessions.clear();
    this.#offsets = [];
    for (let partition = 0; partition < this.#log.partitions; partition++) {
      const { rows, enrichments, changesOffset } = await this.#log.load(partition);
      const shown = new Map(
        enrichments.flatMap((change) =>
          change.type === 'PullRequestSeen' ? [[change.sessionId, change.pullRequest] as const] : [],
        ),
      );
      for (const { card } of rows) this.#take(card, shown.get(card.sessionId) ?? null);
      this.#offsets.push(changesOffset);
    }
    this.#epoch = epoch;
  }

  async #read(partition: number): Promise<void> {
    for (;;) {
      const after = this.#offsets[partition] ?? START_OFFSET;
      const changes = await this.#log.readChanges(partition, { after, count: READ_COUNT });
      for (const change of changes) this.#apply(change);
      this.#offsets[partition] = changes.at(-1)?.offset ?? after;
      if (changes.length < READ_COUNT) return;
    }
  }

  #apply(change: RecordedChange): void {
    const { sessionId } = change;
    const known = this.#sessions.get(sessionId);
    if (change.type === 'CardChanged') this.#take(change.card, known?.pullRequest ?? null);
    else if (change.type === 'CardRemoved') this.#sessions.delete(sessionId);
    else if (change.type === 'PullRequestSeen' && known) known.pullRequest = change.pullRequest;
  }

  #take(card: Card, pullRequest: PullRequest | null): void {
    const { sessionId, remote, branch, commits, pullRequestLinks, status, ended, since, lastActivityAt } = card;
    this.#sessions.set(sessionId, {
      ...{ sessionId, remote, branch, commits, pullRequestLinks, status, ended, since, lastActivityAt },
      pullRequest,
    });
  }
}
