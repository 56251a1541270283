import type { EventOf } from '@crewboard/contract';
import { z } from 'zod';
import { ms } from './fields.ts';

/** What the client notes of a background session. */
export const jobSchema = z.object({
  tempo: z.string().nullable(),
  needs: z.string().nullable(),
  state: z.string().nullable(),
  at: ms,
});
export type Job = z.infer<typeof jobSchema>;

export const evolveJob = ({ data, occurredAt }: EventOf<'JobChanged'>): Job => ({
  tempo: data.tempo,
  needs: data.needs,
  state: data.state,
  at: occurredAt,
});

const TERMINAL = new Set(['done', 'failed', 'stopped']);

/** It waits for a person. `state` alone says "blocked" for the rest of the turn, long after the answer. */
export const jobNeedsPerson = ({ tempo, needs, state }: Job): boolean =>
  tempo === 'blocked' && needs !== null && needs !== 'send a prompt to start' && !TERMINAL.has(state ?? '');
