import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SessionEvent, sessionEventSchema } from '@crewboard/contract';
import { describe, expect, it } from 'vitest';
import { transcriptFileOf } from './find.ts';
import { createForks } from './forks.ts';
import { createLineSplitter } from './lines.ts';
import { CHUNK_BYTES, withTranscript } from './open.ts';
import { createTranscriptParser, initialParserState } from './parse.ts';

const CAPTURES = join(import.meta.dirname, '../../../../test/captures');

const OBSERVED = Date.parse('2027-01-01T00:00:00Z');

/** All that the transcripts of a capture tell, file by file, in the order of their paths. */
const eventsOf = async (capture: string): Promise<SessionEvent[]> => {
  const claudeDir = join(CAPTURES, capture, 'claude');
  const { lineageOf } = createForks(claudeDir);
  const paths = readdirSync(claudeDir, { recursive: true, encoding: 'utf8' }).sort();
  const events: SessionEvent[] = [];
  for (const path of paths) {
    const name = transcriptFileOf(path.replaceAll('\\', '/'));
    if (!name) continue;
    const buffer = Buffer.alloc(CHUNK_BYTES);
    const lineage = await withTranscript(join(claudeDir, path), buffer, (file) => lineageOf(name, file));
    events.push(...eventsOfFile(name, lineage, readFileSync(join(claudeDir, path))));
  }
  return events;
};

const eventsOfFile = (
  file: NonNullable<ReturnType<typeof transcriptFileOf>>,
  lineage: Awaited<ReturnType<ReturnType<typeof createForks>['lineageOf']>>,
  bytes: Buffer,
): SessionEvent[] => {
  const place = { repo: 'widgets', remote: null, branch: null, worktree: null };
  const state = { ...initialParserState, ...(file.agentId ? {} : { lineage }) };
  const locate = () => place;
  const parser = createTranscriptParser({ ...file, machine: 'm', owner: null, stream: file.path, locate, state });
  const events: SessionEvent[] = [];
  createLineSplitter(0).push(bytes, (line) => {
    const { events: told, problem, unknownType } = parser.line(line.bytes ?? '', line.start, OBSERVED);
    expect({ problem, unknownType }).toEqual({});
    events.push(...told);
  });
  return events;
};

/** The story in a few words: what a person would retell. */
const story = (events: readonly SessionEvent[]): string[] =>
  events.flatMap((event) => {
    const who = event.agentId ? 'agent ' : '';
    switch (event.type) {
      case 'PromptSubmitted':
        return `${who}${event.data.by}: ${event.data.text}`;
      case 'ToolRequested':
        return `${who}${event.data.tool}: ${event.data.input}`;
      case 'ToolFinished':
        return `${who}${event.data.outcome}${event.data.background ? ` in background (${event.data.background})` : ''}`;
      case 'TurnEnded':
        return event.data.durationMs === null ? [] : `${who}end, ${event.data.backgroundAgents} agents`;
      case 'TurnInterrupted':
        return `${who}interrupted`;
      case 'TurnFailed':
        return `${who}failed`;
      case 'PermissionModeChanged':
        return event.data.mode === 'default' ? [] : `mode ${event.data.mode}`;
      default:
        return [];
    }
  });

describe('the captures of the real client', () => {
  const captures = readdirSync(CAPTURES);

  it.each(captures)('%s makes events of the contract only', async (capture) => {
    const events = await eventsOf(capture);
    expect(events.length).toBeGreaterThan(3);
    for (const event of events) sessionEventSchema.parse(event);
    const positions = new Set(events.map(({ stream, position }) => `${stream}@${position}`));
    expect(positions.size).toBe(events.length);
  });

  /** The output of a request that was stopped, and of one that shortens the conversation, stands in no transcript. A fork's totals hold its parent's. */
  const partial = ['interrupt', 'compact', 'fork'];
  const whole = captures.filter((capture) => !partial.includes(capture));

  it.each(whole)('%s counts the same tokens as the client’s own totals', async (capture) => {
    const last = new Map<string, Record<string, unknown>>();
    const claudeDir = join(CAPTURES, capture, 'claude');
    for (const path of readdirSync(claudeDir, { recursive: true, encoding: 'utf8' })) {
      if (!path.endsWith('.jsonl')) continue;
      for (const line of readFileSync(join(claudeDir, path), 'utf8').split('\n')) {
        if (line.startsWith('{"type":"cost-state"')) last.set(JSON.parse(line).sessionId, JSON.parse(line).modelUsage);
      }
    }
    const counted = new Map<string, number>();
    for (const event of await eventsOf(capture)) {
      if (event.type === 'TokensUsed') {
        counted.set(event.sessionId, (counted.get(event.sessionId) ?? 0) + event.data.output);
      }
    }
    for (const [sessionId, usage] of last) {
      const total = Object.values(usage).reduce<number>(
        (sum, model) => sum + (model as { outputTokens: number }).outputTokens,
        0,
      );
      expect(counted.get(sessionId) ?? 0).toBe(total);
    }
  });

  it.each<[string, string[]]>([
    ['approve', ['human: SCENARIO:bash please', 'Bash: touch made-by-claude.txt && ls -la', 'done', 'end, 0 agents']],
    ['deny', ['human: SCENARIO:edit please', 'Read: README.md', 'done', 'Edit: README.md', 'rejected', 'interrupted']],
    [
      'subagent',
      [
        'human: SCENARIO:agent please',
        'Agent: Find files',
        'done in background (agent)',
        'end, 1 agents',
        'client: Agent "Find files" finished',
        'end, 0 agents',
        'agent client: SCENARIO:sub Look for files',
        'agent Bash: ls',
        'agent done',
      ],
    ],
  ])('%s tells its story', async (capture, expected) => {
    const told = story(await eventsOf(capture));
    expect([...told].sort()).toEqual([...expected].sort());
  });

  it('bgshell: the shell goes on, its end starts a turn that no person asked for', async () => {
    const told = story(await eventsOf('bgshell'));
    expect(told).toContain('done in background (shell)');
    expect(told).toContain('client: Background command "Long job" completed (exit code 0)');
    expect(told.filter((line) => line.startsWith('end'))).toHaveLength(2);
  });

  it('clear: /clear itself is no prompt in the new session', async () => {
    const prompts = (await eventsOf('clear')).filter((event) => event.type === 'PromptSubmitted');
    expect(prompts.map(({ data: { text, by } }) => ({ text, by }))).toEqual([
      { text: 'SCENARIO:think please', by: 'human' },
      { text: 'SCENARIO:read please', by: 'human' },
    ]);
    expect(new Set(prompts.map(({ sessionId }) => sessionId)).size).toBe(2);
  });

  it('question: what is asked can be read on the board', async () => {
    const asked = (await eventsOf('question')).find((event) => event.type === 'ToolRequested');
    expect(asked?.data).toMatchObject({ tool: 'AskUserQuestion', input: expect.stringContaining('?') });
  });

  it('interrupt: a turn that was stopped before any output leaves no end', async () => {
    const types = (await eventsOf('interrupt')).map(({ type }) => type);
    expect(types).toContain('PromptSubmitted');
    expect(types).not.toContain('TurnEnded');
  });

  it('fork: what was copied is told as where the session comes from, and by nothing else', async () => {
    const events = await eventsOf('fork');
    const continued = events.find((event) => event.type === 'SessionContinued');
    expect(continued?.data).toEqual({ fromSessionId: expect.any(String), how: 'fork', goal: 'hello there' });
    const from = continued?.type === 'SessionContinued' ? continued.data.fromSessionId : '';
    expect(story(events.filter(({ sessionId }) => sessionId === from))).toHaveLength(6);

    const told = events.filter(({ sessionId }) => sessionId === continued?.sessionId);
    expect(told.slice(0, 2).map(({ type }) => type)).toEqual(['SessionContinued', 'SessionLocated']);
    expect(story(told)).toEqual(['human: a second hello', 'end, 0 agents']);
    // When its own first prompt came, not when the copied ones did.
    const prompt = told.find(({ type }) => type === 'PromptSubmitted');
    expect(told[0]?.occurredAt).toBe(prompt?.occurredAt);
    expect(told.flatMap((event) => (event.type === 'TokensUsed' ? event.data.output : []))).toEqual([60]);
    const costs = told.flatMap((event) => (event.type === 'CostReported' ? event.data.costUsd : []));
    expect(costs[0]).toBeCloseTo(0.00852, 5);
  });

  it('compact: the summary is no prompt, and that it was made is told', async () => {
    const events = await eventsOf('compact');
    expect(events.filter(({ type }) => type === 'PromptSubmitted')).toHaveLength(1);
    expect(events.find(({ type }) => type === 'CompactionFinished')?.data).toEqual({
      trigger: 'manual',
      tokensBefore: 6561,
      tokensAfter: 2819,
    });
  });

  it('fail: the kind of failure is told', async () => {
    const failed = (await eventsOf('fail')).find(({ type }) => type === 'TurnFailed');
    expect(failed?.data).toMatchObject({ httpStatus: 529, error: 'server_error' });
  });

  it('agentrun: the end of an agent in the background is told by its id', async () => {
    const events = await eventsOf('agentrun');
    const launched = events.flatMap((event) => (event.type === 'ToolFinished' ? (event.data.taskId ?? []) : []));
    expect(launched).toHaveLength(1);
    const ended = events.flatMap((event) => (event.type === 'BackgroundTaskEnded' ? event.data : []));
    expect(new Set(ended.map(({ taskId }) => taskId))).toEqual(new Set(launched));
    expect(new Set(ended.map(({ outcome }) => outcome))).toEqual(new Set(['done']));
  });
});
