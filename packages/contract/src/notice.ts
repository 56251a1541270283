import { z } from 'zod';

/** One line for people about something that the board does without: what is missing, and why. */
export const noticeSchema = z.object({
  /** What it is about; a newer one of the same subject takes its place. */
  subject: z.string().min(1).max(200),
  level: z.enum(['info', 'warning']),
  says: z.string().min(1).max(500),
  /** By the board's clock, in ms since 1970. */
  at: z.number().int().nonnegative(),
});
export type Notice = z.infer<typeof noticeSchema>;

/** Answer of GET /api/notices, by subject. */
export const noticesSchema = z.object({ notices: z.array(noticeSchema) });
export type Notices = z.infer<typeof noticesSchema>;
