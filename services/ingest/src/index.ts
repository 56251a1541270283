export { type AgentOptions, sourcesOf, startAgent, targetName } from './agent.ts';
export { AddressRefused } from './board/address.ts';
export { type BoardClient, boardClient } from './board/client.ts';
export { type BoardConnection, connectBoard, type NetworkSettings } from './board/connection.ts';
export {
  type Credentials,
  credentialsPath,
  forgetCredentials,
  readCredentials,
  saveCredentials,
} from './board/credentials.ts';
export { type HttpSink, type HttpSinkOptions, httpSink } from './board/http-sink.ts';
export { CodeRefused, type JoinOptions, join } from './board/join.ts';
export { untilAccepted } from './board/retry.ts';
export { findTarget, NotJoined, type Target } from './board/target.ts';
export { BoardError, type Explanation, explain, isRevoked } from './board/trouble.ts';
export { type AgentConfig, agentConfigSchema, networkOf } from './config.ts';
export { createHookParser, type HookParser, type HookParserOptions, type ParsedPayload } from './hooks/parse.ts';
export { type JobRecord, jobEvent, NOTHING_SAID, parseJob } from './jobs/parse.ts';
export type { IngestFigures } from './metrics.ts';
export { type AgentIdentity, agentIdentity } from './owner.ts';
export {
  exitEvent,
  inItsOwnWords,
  isOfSession,
  isStarting,
  type PresenceChange,
  type PresenceContext,
  type PresenceRecord,
  parsePresence,
  pidOfPresenceFile,
  presenceEvents,
  processKey,
} from './presence/parse.ts';
export { dryRun } from './privacy/dry-run.ts';
export {
  EVERYTHING,
  editPrivacy,
  type Selector,
  selectorOf,
  tierIn,
  withoutPrivate,
  withPrivate,
} from './privacy/edit.ts';
export { noteForgotten } from './privacy/forgotten.ts';
export { forgetInJournal, readJournal } from './privacy/journal.ts';
export type { PrivacyFile, PrivacyRule } from './privacy/rules.ts';
export { maskSecrets } from './privacy/secrets.ts';
export { privacyPath, readPrivacyFile } from './privacy/settings.ts';
export { sessionsIn, toldSessions } from './privacy/told-sessions.ts';
export { writePrivately } from './private-file.ts';
export { exposeIngest } from './prometheus.ts';
export { createLocate } from './repository.ts';
export { AlreadyRuns, type RunningAgent, runningAgent } from './running.ts';
export { BACKLOG_WARN_BYTES, CLOCK_WARN_MS, FIRST_WITH_PRESENCE, QUEUE_WARN } from './senses/findings.ts';
export { createIngestService, type IngestService, type IngestServiceOptions } from './service.ts';
export { type EventSink, type LogSink, logSink } from './sink.ts';
export { type FoundTranscript, streamName, type TranscriptFile, transcriptFileOf } from './transcript/find.ts';
export { createForks } from './transcript/forks.ts';
export { createLineSplitter, type Line, type LineSplitter } from './transcript/lines.ts';
export {
  createTranscriptParser,
  type Locate,
  type ParsedLine,
  type ParserState,
  type Place,
  type TranscriptParser,
  type TranscriptParserOptions,
} from './transcript/parse.ts';
export { createTranscriptReader, type TranscriptReader } from './transcript/reader.ts';
export { parseSubagentMeta, transcriptPathOf } from './transcript/subagent.ts';
export { createToldMessages } from './transcript/told-messages.ts';
