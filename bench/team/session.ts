import type { SessionEvent } from '@crewboard/contract';
import { anEvent } from '@crewboard/contract/testing';

/** As long as texts of real prompts and commands tend to be once they are cut. */
const TEXT = 'Look at the reader of the tail and keep its last line when the file is cut while it is read. '.repeat(3);
const CALLS_PER_TURN = 5;

/** One event more of a session at each call, made now: turns of five calls, for ever. */
export type SessionScript = Generator<SessionEvent, never, undefined>;

export function* sessionScript(sessionId: string): SessionScript {
  const next = (...[type, data]: Parameters<typeof anEvent>): SessionEvent =>
    anEvent(type, { ...data, sessionId, stream: `transcript:${sessionId}`, occurredAt: Date.now() });
  yield next('SessionLocated');
  yield next('PresenceChanged', { stream: `presence:${sessionId}` });
  for (let turn = 1; ; turn++) {
    yield next('PromptSubmitted', { data: { text: `${turn} ${TEXT}` } });
    for (let call = 1; call <= CALLS_PER_TURN; call++) {
      const toolUseId = `toolu_${turn}_${call}`;
      yield next('AssistantReplied', { data: { text: `${call} ${TEXT}` } });
      yield next('ToolRequested', { data: { toolUseId, input: `${toolUseId} ${TEXT}` } });
      yield next('ToolFinished', { data: { toolUseId } });
      yield next('TokensUsed', { data: { messageId: `msg_${turn}_${call}` } });
    }
    yield next('TurnEnded');
  }
}
