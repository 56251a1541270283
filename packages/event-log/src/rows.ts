import { cardSchema } from '@crewboard/contract';
import { z } from 'zod';
import { parseJson } from './entries.ts';
import type { Row } from './event-log.ts';

const rowSchema = z.object({ sessionId: z.string(), state: z.unknown(), card: cardSchema });

/** A row from its stored JSON. Throws where it isn't one: then the board is broken, and `resetBoard` rebuilds it. */
export const parseRow = (raw: string): Row => {
  const json = parseJson(raw);
  const parsed = json.ok ? rowSchema.safeParse(json.value) : undefined;
  if (parsed?.success) return parsed.data;
  const why = parsed ? z.prettifyError(parsed.error) : 'not JSON';
  throw new Error(`a row of the board can't be read, crewboard rebuild makes it anew from the log: ${why}`);
};
