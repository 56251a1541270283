import { z } from 'zod';

/** Answer of POST /api/sessions/:id/hand-over: a note for the colleague who goes on. Plain text, to be read and pasted. */
export const handOverSchema = z.object({ sessionId: z.string(), note: z.string() });
export type HandOver = z.infer<typeof handOverSchema>;
