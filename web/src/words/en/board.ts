export const board = {
  status: {
    waiting_for_approval: 'Needs approval',
    working: 'Working',
    waiting_for_input: 'Waiting',
    idle: 'Idle',
  },
  sessions: '{n} session | {n} sessions',
} as const;
