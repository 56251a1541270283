import { z } from 'zod';

const name = z.string().min(1).max(200);
const epochMs = z.number().int().nonnegative();

/** POST /api/join: a code from an invitation against a token of the machine's own. */
export const joinRequestSchema = z.object({
  code: z.string().min(1).max(200),
  machine: name,
  /** The token that this machine had on the board before. */
  previousToken: z.string().max(200).optional(),
});
export type JoinRequest = z.infer<typeof joinRequestSchema>;

/** The line to paste on a machine, for it to join the board at this address. */
export const joinCommand = (address: string, code: string): string => `npx crewboard agent --join ${address}#${code}`;

const identity = {
  /** Stays when the machine is renamed. */
  machineId: name,
  /** What the board calls the machine and its person: stamped on all that it sends. */
  machine: name,
  owner: name,
};

export const joinAnswerSchema = z.object({ token: z.string().min(1).max(200), ...identity });
export type JoinAnswer = z.infer<typeof joinAnswerSchema>;

/** GET /api/agent: what an agent asks before it sends. */
export const agentAnswerSchema = z.object({
  ...identity,
  /** The board's clock, in ms since 1970. */
  now: epochMs,
  boardVersion: name,
  /** For hashing the names of repositories the same way on all machines of the board. */
  repositorySalt: z.string().min(1).max(200),
});
export type AgentAnswer = z.infer<typeof agentAnswerSchema>;

/** POST /api/ingest: what became of a batch. */
export const ingestAnswerSchema = z.object({
  /** Events that are in the log now. */
  accepted: z.number().int(),
  /** Lines that are no event, or not this machine's to send, from 1, with the reason. Sending them again changes nothing. */
  rejected: z.array(z.object({ line: z.number().int(), reason: z.string() })),
  /** The last event of the batch that is in the log; null where none is. */
  lastAccepted: z.object({ stream: z.string(), position: z.number().int() }).nullable(),
});
export type IngestAnswer = z.infer<typeof ingestAnswerSchema>;

/** PUT /api/agent/report: the board's clock, for the machine to see how far its own is off. */
export const reportAnswerSchema = z.object({ now: epochMs });

/** POST /api/agent/forget: erases what the board holds of sessions of this machine, whoever else may hold a copy. */
export const forgetRequestSchema = z.object({ sessionIds: z.array(name).min(1).max(1000) });
export const forgetAnswerSchema = z.object({
  /** Sessions of this machine that the board holds nothing of any more. Another machine's are left out. */
  forgotten: z.number().int(),
});
