import { z } from 'zod';

/** What one machine may ask of one gateway: much more than an agent at work does. Many machines share an address, so that is not counted. */
export interface MachineLimits {
  requestsPerMinute: number;
  /** Requests of a machine that are under way at the same time: who sends slowly holds a few of its own, and nobody else's. */
  requestsAtOnce: number;
  /** Of events, decompressed. */
  bytesPerMinute: number;
  eventsPerMinute: number;
  newSessionsPerDay: number;
}

export const MACHINE_LIMITS: MachineLimits = {
  requestsPerMinute: 6_000,
  requestsAtOnce: 4,
  bytesPerMinute: 128 * 1024 * 1024,
  eventsPerMinute: 200_000,
  newSessionsPerDay: 5_000,
};

const limit = (usual: number) => z.coerce.number().int().positive().default(usual);

/** The variables of these limits. */
export const limitsShape = {
  CREWBOARD_MACHINE_REQUESTS_PER_MINUTE: limit(MACHINE_LIMITS.requestsPerMinute),
  CREWBOARD_MACHINE_BYTES_PER_MINUTE: limit(MACHINE_LIMITS.bytesPerMinute),
  CREWBOARD_MACHINE_EVENTS_PER_MINUTE: limit(MACHINE_LIMITS.eventsPerMinute),
  CREWBOARD_MACHINE_NEW_SESSIONS_PER_DAY: limit(MACHINE_LIMITS.newSessionsPerDay),
};
const limitsSettings = z.object(limitsShape);

export const machineLimits = (settings: z.infer<typeof limitsSettings>): Partial<MachineLimits> => ({
  requestsPerMinute: settings.CREWBOARD_MACHINE_REQUESTS_PER_MINUTE,
  bytesPerMinute: settings.CREWBOARD_MACHINE_BYTES_PER_MINUTE,
  eventsPerMinute: settings.CREWBOARD_MACHINE_EVENTS_PER_MINUTE,
  newSessionsPerDay: settings.CREWBOARD_MACHINE_NEW_SESSIONS_PER_DAY,
});
