import { compareOffsets } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import { LiveBoard } from './live-board.ts';

const READ_COUNT = 1000;

const loadPartition = async (log: EventLog, board: LiveBoard, partition: number): Promise<void> => {
  const oldest = await log.changesHorizon(partition);
  const { rows, enrichments, changesOffset } = await log.load(partition);
  board.seed(
    partition,
    rows.map((row) => row.card),
    enrichments,
    oldest,
  );
  let after = oldest;
  while (compareOffsets(after, changesOffset) < 0) {
    const changes = await log.readChanges(partition, { after, count: READ_COUNT });
    for (const change of changes) {
      // What was written since the cards were loaded is left to the reader, who goes on from there.
      if (compareOffsets(change.offset, changesOffset) <= 0) board.recall(change);
      after = change.offset;
    }
    if (changes.length === 0) break;
  }
  // Asked again: what was trimmed in the meantime was not read, and nobody can be brought up to date about it.
  board.settle(partition, changesOffset, await log.changesHorizon(partition));
};

/**
 * The board as the log holds it now. Cards come from the stored rows; the changelog, as far back as it goes, tells the
 * rest: summaries, pull requests, and who changed or left when, so that offsets from before a restart can be resumed.
 */
export const loadBoard = async (log: EventLog): Promise<LiveBoard> => {
  for (;;) {
    const epoch = await log.epoch();
    const board = new LiveBoard(epoch, log.partitions);
    await Promise.all(Array.from({ length: log.partitions }, (_, partition) => loadPartition(log, board, partition)));
    // A reset in between would have mixed two boards.
    if ((await log.epoch()) === epoch) return board;
  }
};
