import { type Machines, machinesSchema, type StatusChange, statusChangeSchema } from '@crewboard/contract';
import { z } from 'zod';

/** The gateway refused a request; the message is its own sentence for a person. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What the page asks of the gateway over HTTP. Every call throws {@link Refused}, or what `fetch` throws where nobody answers. */
export interface GatewayClient {
  /** A session's changes of status, the oldest first; `null` for one that is not on the board. */
  history(sessionId: string, signal: AbortSignal): Promise<readonly StatusChange[] | null>;
  machines(signal: AbortSignal): Promise<Machines>;
}

const historySchema = z.object({ history: z.array(statusChangeSchema) });
const problemSchema = z.object({ message: z.string() });

/** `base` is where the gateway is; empty where the page itself is from. */
export const createGatewayClient = (base = ''): GatewayClient => {
  const ask = async (path: string, init: RequestInit): Promise<unknown> => {
    const response = await fetch(`${base}${path}`, init);
    const body: unknown = await response.json().catch(() => null);
    if (response.ok) return body;
    const told = problemSchema.safeParse(body).data?.message;
    throw new Refused(response.status, told ?? `The gateway answers ${response.status}.`);
  };
  return {
    async history(sessionId, signal) {
      try {
        const answer = await ask(`/api/sessions/${encodeURIComponent(sessionId)}/history`, { signal });
        return historySchema.parse(answer).history;
      } catch (error) {
        if (error instanceof Refused && error.status === 404) return null;
        throw error;
      }
    },
    async machines(signal) {
      return machinesSchema.parse(await ask('/api/machines', { signal }));
    },
  };
};
