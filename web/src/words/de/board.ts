import type { board as english } from '../en/board.ts';
import type { Translated } from '../keys.ts';

export const board: Translated<typeof english> = {
  status: {
    waiting_for_approval: 'Braucht Freigabe',
    working: 'Arbeitet',
    waiting_for_input: 'Wartet',
    idle: 'Ruht',
  },
  sessions: '{n} Session | {n} Sessions',
};
