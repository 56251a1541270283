import type { EventOf, SessionEventType } from '@crewboard/contract';

/** What an entry tells, before it is stamped with session, stream and position. `agentId`: it is about another one than who wrote it. */
export type Fact = {
  [Type in SessionEventType]: { type: Type; data: EventOf<Type>['data']; agentId?: string };
}[SessionEventType];
export type FactOf<Type extends SessionEventType> = Extract<Fact, { type: Type }>;
