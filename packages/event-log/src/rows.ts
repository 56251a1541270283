import { cardSchema } from '@crewboard/contract';
import { z } from 'zod';
import type { Row } from './event-log.ts';

const rowSchema = z.object({ sessionId: z.string(), state: z.unknown(), card: cardSchema });

/** A row from its stored JSON. Throws where it isn't one: then the board is broken, and `resetBoard` rebuilds it. */
export const parseRow = (raw: string): Row => {
  const parsed = rowSchema.safeParse(JSON.parse(raw));
  if (!parsed.success) throw new Error(`a row of the board can't be read: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
};
