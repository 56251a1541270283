import type { Card, SessionEvent, SessionEventType } from '@crewboard/contract';
import { anEvent, T0 } from '@crewboard/contract/testing';
import { advance, evolve, type SessionState } from '../src/index.ts';

/** What a test spells out of an event; the rest is the builder's. */
type Told = Readonly<Record<string, unknown>>;

/** The events of one session, told second by second after T0, and the card that they make. */
export const createLife = () => {
  let state: SessionState | undefined;
  let position = 0;

  const tell = (second: number, type: SessionEventType, data: Told = {}, more: Told = {}): void => {
    position += 1;
    const event = anEvent(type, { occurredAt: T0 + second * 1_000, position, ...more });
    state = evolve(state, { ...event, data: { ...event.data, ...data } } as SessionEvent);
  };

  return {
    tell,
    /** By a hook, whatever else tells such a thing. */
    hook: (second: number, type: SessionEventType, data: Told = {}, agentId?: string): void =>
      tell(second, type, data, { source: 'hook', stream: 'hooks', ...(agentId ? { agentId } : {}) }),
    presence: (second: number, status: 'busy' | 'idle' | 'waiting' | 'shell', waitingFor: string | null = null): void =>
      tell(second, 'PresenceChanged', { status, waitingFor }),
    cardAt: (second: number): Card => {
      if (!state) throw new Error('nothing was told');
      return advance(state, T0 + second * 1_000).card;
    },
  };
};
