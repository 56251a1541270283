import { type StatusChange, statusChangeSchema } from '@crewboard/contract';
import { z } from 'zod';

const historySchema = z.object({ history: z.array(statusChangeSchema) });

/** A session's changes of status, the oldest first; `null` for one that is not on the board. Throws where the gateway can't be asked. */
export const fetchHistory = async (sessionId: string, signal: AbortSignal): Promise<readonly StatusChange[] | null> => {
  const response = await fetch(`/api/sessions/${encodeURIComponent(sessionId)}/history`, { signal });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`the gateway answers ${response.status}`);
  return historySchema.parse(await response.json()).history;
};
