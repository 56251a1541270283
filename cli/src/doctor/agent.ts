import { MACHINE_REPORT_MS, type MachineReport } from '@crewboard/contract';
import { BACKLOG_WARN_BYTES, QUEUE_WARN } from '@crewboard/ingest';
import { ago } from '../time-words.ts';
import { type Check, fault, ok, warn } from './check.ts';

/** An agent that did not report for so long does not run. */
const SILENT_MS = 3 * MACHINE_REPORT_MS;

const START =
  'Start it with `crewboard agent`, or a board of your own with `crewboard up`. Neither needs an administrator.';

export const checkAgent = (report: MachineReport | undefined, now: number): Check => {
  const name = 'Agent';
  if (!report) return fault(name, 'none has run here yet', START);
  if (now - report.at > SILENT_MS) return fault(name, `not running, last heard ${ago(report.at, now)}`, START);
  return ok(name, `${report.agentVersion} runs as “${report.machine}”, started ${ago(report.startedAt, now)}`);
};

/** What a running agent says of its work. */
export const checkWork = (report: MachineReport): Check[] => [
  checkTranscripts(report),
  checkQueue(report),
  checkDeadLetters(report),
  checkUnknown(report),
];

const checkTranscripts = ({ transcripts: { files, backlogBytes } }: MachineReport): Check => {
  const name = 'Transcripts';
  const found = `${files} followed, ${megabytes(backlogBytes)} unread`;
  if (backlogBytes <= BACKLOG_WARN_BYTES) return ok(name, found);
  return warn(
    name,
    found,
    'After a start that is normal for a while. If it does not fall, the board does not take what is sent.',
  );
};

const checkQueue = ({ queuedEvents }: MachineReport): Check => {
  const name = 'Sending';
  const found = `${queuedEvents} events wait for the board`;
  return queuedEvents <= QUEUE_WARN ? ok(name, found) : warn(name, found, 'See whether the board is reachable, below.');
};

const checkDeadLetters = ({ deadLetters, hooks: { unreadable } }: MachineReport): Check => {
  const name = 'Unreadable';
  const found = `${deadLetters} lines set aside, ${unreadable} payloads of hooks`;
  if (deadLetters + unreadable === 0) return ok(name, found);
  const advice =
    'The rest went on without them. Where they came from is noted in agent/dead-letters.ndjson of the data folder.';
  return warn(name, found, advice);
};

/** What a newer client writes and nobody here knows is no fault: it is counted, for it to be taught. */
const checkUnknown = ({ unknown }: MachineReport): Check => {
  const { entryTypes, hookNames, presenceStatuses } = unknown;
  const told = [...tally('entry', entryTypes), ...tally('hook', hookNames), ...tally('presence', presenceStatuses)];
  return ok('Unknown', told.length === 0 ? 'nothing' : `${told.join(', ')} (a newer client; harmless)`);
};

const tally = (kind: string, counts: Readonly<Record<string, number>>): string[] =>
  Object.entries(counts).map(([name, count]) => `${kind} ${name} × ${count}`);

const megabytes = (bytes: number): string =>
  bytes < 100_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
