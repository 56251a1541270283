// A process that opens the log in a folder, reads all of it, appends to it, and prints what it read: one that LMDB may end.
import { type SessionEvent, START_OFFSET } from '@crewboard/contract';
import { aCard, anEvent } from '@crewboard/contract/testing';
import { openEmbeddedLog, StoreDamaged } from '@crewboard/event-log';

/** What is in the log that is damaged: enough for pages of every kind, and for texts that take pages of their own. */
export const fillStore = async (dir: string): Promise<SessionEvent[]> => {
  const log = await openEmbeddedLog({ dir });
  const events = Array.from({ length: 200 }, (_, n) =>
    anEvent('PromptSubmitted', {
      sessionId: `s${n % 7}`,
      position: n,
      data: { text: `${n} ${'x'.repeat(n % 10 ? 90 : 9_000)}` },
    }),
  );
  for (let at = 0; at < events.length; at += 20) await log.append(events.slice(at, at + 20));
  const lease = await log.acquireLease(0, 'fuzz', 60_000);
  const cards = Array.from({ length: 7 }, (_, n) => aCard({ sessionId: `s${n}` }));
  if (lease)
    await log.save(lease, {
      rows: cards.map((card) => ({ sessionId: card.sessionId, state: {}, card })),
      removed: [],
      changes: cards.map((card) => ({ type: 'CardChanged', sessionId: card.sessionId, card })),
      history: [],
      story: [],
      spans: [],
      checkpoint: await log.lastOffset(0),
    });
  await log.trim({ maxEntries: 180 });
  await log.close();
  return events.slice(-180);
};

const readStore = async (dir: string): Promise<SessionEvent[]> => {
  const log = await openEmbeddedLog({ dir });
  await log.load(0);
  await log.readChanges(0, { after: START_OFFSET, count: 1_000 });
  const entries = await log.read(0, { after: START_OFFSET, count: 1_000 });
  await log.append([anEvent('TurnEnded')]);
  await log.close();
  return entries.flatMap((entry) => (entry.ok ? [entry.event] : []));
};

const [, script, dir] = process.argv;
if (script === import.meta.filename && dir !== undefined) {
  try {
    console.log(JSON.stringify(await readStore(dir)));
  } catch (error) {
    console.error(error instanceof StoreDamaged ? error.message : error);
    process.exitCode = error instanceof StoreDamaged ? 3 : 1;
  }
}
