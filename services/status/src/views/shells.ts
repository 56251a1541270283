import type { SessionEvent } from '@crewboard/contract';
import { z } from 'zod';
import { ms, type OpenTool } from './fields.ts';
import { keptSchema } from './kept.ts';

/** Shells that went on after their call, by task id. */
export const shellsSchema = keptSchema(z.object({ command: z.string().nullable(), since: ms }));
export type Shells = z.infer<typeof shellsSchema>;

/** The shells after a call finished; `call` is what was known of it. */
export const shellsAfter = (
  shells: Shells,
  { occurredAt, data }: Extract<SessionEvent, { type: 'ToolFinished' }>,
  call: OpenTool | undefined,
): Shells =>
  data.background === 'shell'
    ? shells.with(data.taskId ?? data.toolUseId, { command: call?.input || null, since: occurredAt })
    : shells;
