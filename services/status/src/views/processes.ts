import type { EventOf, SessionEvent } from '@crewboard/contract';
import { z } from 'zod';
import { ms, withLast } from './fields.ts';
import { keptSchema } from './kept.ts';

/** One process of the client, by its presence file: what it says now, and how it went. */
export const processSchema = z.object({
  status: z.enum(['busy', 'idle', 'waiting', 'shell']).nullable(),
  waitingFor: z.string().nullable(),
  /** Since when it says so. */
  since: ms,
  kind: z.string().nullable(),
  entrypoint: z.string().nullable(),
  tmux: z.string().nullable().default(null),
  /** When it stopped waiting for a person: each time one ask was answered. */
  answers: z.array(ms).readonly(),
  gone: z.object({ how: z.enum(['clean', 'crashed', 'unseen', 'left']), at: ms }).nullable(),
});
export type Process = z.infer<typeof processSchema>;

/** By the stream that tells of it: a pid is used again, a stream never. */
export const processesSchema = keptSchema(processSchema);
export type Processes = z.infer<typeof processesSchema>;

/** Of the processes that are gone, only the latest matter. */
const GONE_KEPT = 4;

export const evolveProcesses = (processes: Processes, event: SessionEvent): Processes => {
  switch (event.type) {
    case 'PresenceChanged':
      return processes.with(event.stream, saying(processes.get(event.stream), event));
    case 'SessionLeft':
      return leave(processes, event.stream, { how: 'left', at: event.occurredAt });
    case 'ProcessExited':
      return leave(processes, event.stream, { how: event.data.how, at: event.occurredAt });
    default:
      return processes;
  }
};

const saying = (before: Process | undefined, { data, occurredAt }: EventOf<'PresenceChanged'>): Process => {
  const { status, waitingFor, kind } = data;
  const entrypoint = data.entrypoint ?? before?.entrypoint ?? null;
  const tmux = data.tmux ?? null;
  if (before && !before.gone && before.status === status && before.waitingFor === waitingFor)
    return { ...before, kind, entrypoint, tmux };
  const wasAnswered = before?.status === 'waiting' && status !== 'waiting';
  const answers = wasAnswered ? withLast(before.answers, occurredAt) : (before?.answers ?? []);
  return { status, waitingFor, since: occurredAt, kind, entrypoint, tmux, answers, gone: null };
};

const unknown = { status: null, waitingFor: null, kind: null, entrypoint: null, tmux: null, answers: [] };

const leave = (processes: Processes, stream: string, gone: NonNullable<Process['gone']>): Processes => {
  const known = processes.get(stream) ?? { ...unknown, since: gone.at };
  const all = processes.with(stream, { ...known, gone });
  const kept = [...all].filter(([, process]) => process.gone).sort(([, a], [, b]) => goneAt(b) - goneAt(a));
  const dropped = new Set(kept.slice(GONE_KEPT).map(([key]) => key));
  return dropped.size === 0 ? all : all.filter((_process, key) => !dropped.has(key));
};

const goneAt = ({ gone }: Process): number => gone?.at ?? 0;

const URGENCY = { waiting: 3, busy: 2, shell: 1, idle: 1 } as const;
const urgency = ({ status }: Process): number => (status ? URGENCY[status] : 0);

/** The live process that has the say. A session may run in two terminals: what needs a person most counts, then the newest. */
export const headProcess = (processes: Processes): Process | undefined => {
  let head: Process | undefined;
  let headKey = '';
  for (const [key, process] of processes) {
    if (process.gone) continue;
    const more = head ? urgency(process) - urgency(head) || process.since - head.since || (key > headKey ? 1 : -1) : 1;
    if (more < 0) continue;
    head = process;
    headKey = key;
  }
  return head;
};

/** How the last process went; `undefined` while one lives, or where none was ever seen. */
export const lastGone = (processes: Processes): NonNullable<Process['gone']> | undefined => {
  let last: NonNullable<Process['gone']> | undefined;
  for (const { gone } of processes.values()) {
    if (!gone) return undefined;
    if (!last || gone.at > last.at || (gone.at === last.at && gone.how > last.how)) last = gone;
  }
  return last;
};
