import { z } from 'zod';

/** What several kinds of records are made of. */
export const epochMs = z.number().int().nonnegative();
export const name = z.string().min(1).max(200);
/** From `hashSecret`. */
export const secretHash = z.string().regex(/^[0-9a-f]{64}$/);

export const DAY_MS = 24 * 3_600_000;
