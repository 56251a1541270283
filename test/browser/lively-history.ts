import type { StatusChange } from '@crewboard/contract';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

type Told = Partial<Omit<StatusChange, 'at' | 'evidence'>> & {
  /** In ms. */
  ago: number;
  by: StatusChange['evidence']['source'];
  says: string;
};

const at = (now: number, { ago, by, says, ...told }: Told): StatusChange => ({
  at: now - ago,
  status: 'working',
  ended: false,
  condition: null,
  asks: [],
  evidence: { source: by, says, at: now - ago, inferred: by === 'timeout' },
  disagreement: null,
  ...told,
});

const bash = { kind: 'permission', tool: 'Bash', agentId: null } as const;
const fetch = { kind: 'permission', tool: 'WebFetch', agentId: 'agent-1' } as const;
const busy = { by: 'presence', says: 'The client says it is busy' } as const;
const idle = { by: 'presence', says: 'The client says it is idle' } as const;
const waiting = { by: 'presence', says: 'The client says it is waiting for “permission prompt”' } as const;

/** How the first of the lively sessions came to ask for three things. `now` in ms since 1970. */
export const historyOfAsking = (now: number): StatusChange[] => {
  const tell = (told: Told): StatusChange => at(now, told);
  return [
    tell({ ago: 96 * MINUTE, status: 'waiting_for_input', by: 'presence', says: 'The client has started' }),
    tell({ ago: 95 * MINUTE, ...busy }),
    tell({
      ago: 81 * MINUTE,
      status: 'waiting_for_approval',
      asks: [bash],
      by: 'hook',
      says: 'Asked and not answered: Bash',
    }),
    tell({ ago: 80 * MINUTE, ...busy }),
    tell({ ago: 72 * MINUTE, status: 'waiting_for_input', condition: 'interrupted', ...idle }),
    tell({ ago: 67 * MINUTE, status: 'idle', condition: 'interrupted', ...idle }),
    tell({ ago: 51 * MINUTE, ...busy }),
    tell({ ago: 44 * MINUTE, condition: 'compacting', ...busy }),
    tell({ ago: 43 * MINUTE, ...busy }),
    tell({
      ago: 38 * MINUTE,
      status: 'waiting_for_input',
      condition: 'failed',
      by: 'transcript',
      says: 'The request failed: 529 overloaded',
    }),
    tell({ ago: 31 * MINUTE, ...busy }),
    tell({ ago: 18 * MINUTE, status: 'waiting_for_approval', asks: [bash], ...waiting }),
    tell({ ago: 4 * MINUTE, status: 'waiting_for_approval', asks: [bash, bash], ...waiting }),
    tell({ ago: 70 * SECOND, status: 'waiting_for_approval', asks: [bash, bash, fetch], ...waiting }),
  ];
};

/** How the lively session whose sources differ came to that. */
export const historyOfDiffering = (now: number): StatusChange[] => {
  const tell = (told: Told): StatusChange => at(now, told);
  return [
    tell({ ago: 131 * MINUTE, status: 'waiting_for_input', by: 'presence', says: 'The client has started' }),
    tell({ ago: 130 * MINUTE, ...busy }),
    tell({
      ago: 104 * MINUTE,
      status: 'waiting_for_approval',
      asks: [bash],
      by: 'hook',
      says: 'Asked and not answered: Bash',
    }),
    tell({ ago: 101 * MINUTE, ...busy }),
    tell({ ago: 66 * MINUTE, status: 'waiting_for_input', condition: 'interrupted', ...idle }),
    tell({ ago: 47 * MINUTE, ...busy }),
    tell({
      ago: 12 * MINUTE,
      ...busy,
      disagreement: {
        since: now - 12 * MINUTE,
        sources: [
          { source: 'presence', says: busy.says, at: now - 47 * MINUTE },
          { source: 'transcript', says: 'The transcript shows the end of the turn', at: now - 12 * MINUTE },
        ],
      },
    }),
  ];
};
