import type { EventOf, SessionEventType } from '@crewboard/contract';

/** What an entry tells, before it is stamped with session, stream and position. */
export type Fact = { [Type in SessionEventType]: { type: Type; data: EventOf<Type>['data'] } }[SessionEventType];
export type FactOf<Type extends SessionEventType> = Extract<Fact, { type: Type }>;
