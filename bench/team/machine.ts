import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { ingestAnswerSchema, type MachineReport, type SessionEvent } from '@crewboard/contract';

/** A machine of the team as the board sees it: what its agent would send. */
export interface SimulatedMachine {
  machine: string;
  token: string;
  /** Sends events, and again what was put off, until the board has them all. Answers how long the accepted request took, ms. */
  send(events: readonly SessionEvent[]): Promise<number>;
  report(): Promise<void>;
}

export const simulateMachine = (url: string, machine: string, token: string): SimulatedMachine => {
  const authorization = `Bearer ${token}`;
  const startedAt = Date.now();

  const send = async (events: readonly SessionEvent[]): Promise<number> => {
    const body = gzipSync(events.map((event) => `${JSON.stringify({ ...event, machine })}\n`).join(''));
    for (;;) {
      const begun = performance.now();
      const response = await fetch(`${url}/api/ingest`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
        body,
      });
      if (response.ok) {
        const { accepted, rejected } = ingestAnswerSchema.parse(await response.json());
        if (accepted !== events.length) throw new Error(`${rejected.length} refused: ${rejected[0]?.reason}`);
        return performance.now() - begun;
      }
      if (response.status !== 429 && response.status !== 503)
        throw new Error(`${response.status} ${await response.text()}`);
      await response.arrayBuffer();
      await sleep(Number(response.headers.get('retry-after') ?? 1) * 1_000);
    }
  };

  const report = async (): Promise<void> => {
    const response = await fetch(`${url}/api/agent/report`, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(reportOf(machine, startedAt)),
    });
    if (!response.ok) throw new Error(`a report was answered with ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
  };

  return { machine, token, send, report };
};

const reportOf = (machine: string, startedAt: number): MachineReport => ({
  machine,
  owner: 'Dev',
  agentVersion: '0.1.0',
  platform: 'linux',
  startedAt,
  at: Date.now(),
  clockSkewMs: 0,
  hooks: { installed: 'yes', heardAt: Date.now(), heard: 100, unreadable: 0, waiting: 0 },
  presence: { isKept: true, live: 2, unreadable: 0 },
  transcripts: { files: 50, backlogBytes: 0, lastReadAt: Date.now() },
  queuedEvents: 0,
  deadLetters: 0,
  unknown: { entryTypes: {}, hookNames: {}, presenceStatuses: {} },
  clientVersions: { '2.1.330': 2 },
});
