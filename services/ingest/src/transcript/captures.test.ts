import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SessionEvent, sessionEventSchema } from '@crewboard/contract';
import { describe, expect, it } from 'vitest';
import { transcriptFileOf } from './find.ts';
import { createLineSplitter } from './lines.ts';
import { createTranscriptParser } from './parse.ts';

const CAPTURES = join(import.meta.dirname, '../../../../test/captures');

const OBSERVED = Date.parse('2027-01-01T00:00:00Z');

/** All that the transcripts of a capture tell, file by file, in the order of their paths. */
const eventsOf = (capture: string): SessionEvent[] => {
  const claudeDir = join(CAPTURES, capture, 'claude');
  const paths = readdirSync(claudeDir, { recursive: true, encoding: 'utf8' }).sort();
  return paths.flatMap((path) => {
    const file = transcriptFileOf(path.replaceAll('\\', '/'));
    return file ? eventsOfFile(file, readFileSync(join(claudeDir, path))) : [];
  });
};

const eventsOfFile = (file: NonNullable<ReturnType<typeof transcriptFileOf>>, bytes: Buffer): SessionEvent[] => {
  const place = { repo: 'widgets', remote: null, branch: null, worktree: null };
  const parser = createTranscriptParser({ ...file, machine: 'm', owner: null, stream: file.path, locate: () => place });
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

  it.each(captures)('%s makes events of the contract only', (capture) => {
    const events = eventsOf(capture);
    expect(events.length).toBeGreaterThan(3);
    for (const event of events) sessionEventSchema.parse(event);
    const positions = new Set(events.map(({ stream, position }) => `${stream}@${position}`));
    expect(positions.size).toBe(events.length);
  });

  /** The output of a request that was stopped stands in no transcript. */
  const whole = captures.filter((capture) => capture !== 'interrupt');

  it.each(whole)('%s counts the same tokens as the client’s own totals', (capture) => {
    const last = new Map<string, Record<string, unknown>>();
    const claudeDir = join(CAPTURES, capture, 'claude');
    for (const path of readdirSync(claudeDir, { recursive: true, encoding: 'utf8' })) {
      if (!path.endsWith('.jsonl')) continue;
      for (const line of readFileSync(join(claudeDir, path), 'utf8').split('\n')) {
        if (line.startsWith('{"type":"cost-state"')) last.set(JSON.parse(line).sessionId, JSON.parse(line).modelUsage);
      }
    }
    const counted = new Map<string, number>();
    for (const event of eventsOf(capture)) {
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
  ])('%s tells its story', (capture, expected) => {
    const told = story(eventsOf(capture));
    expect([...told].sort()).toEqual([...expected].sort());
  });

  it('bgshell: the shell goes on, its end starts a turn that no person asked for', () => {
    const told = story(eventsOf('bgshell'));
    expect(told).toContain('done in background (shell)');
    expect(told).toContain('client: Background command "Long job" completed (exit code 0)');
    expect(told.filter((line) => line.startsWith('end'))).toHaveLength(2);
  });

  it('clear: /clear itself is no prompt in the new session', () => {
    const prompts = eventsOf('clear').filter(({ type }) => type === 'PromptSubmitted');
    expect(prompts.map(({ data }) => data)).toEqual([
      { text: 'SCENARIO:think please', by: 'human' },
      { text: 'SCENARIO:read please', by: 'human' },
    ]);
    expect(new Set(prompts.map(({ sessionId }) => sessionId)).size).toBe(2);
  });

  it('question: what is asked can be read on the board', () => {
    const asked = eventsOf('question').find((event) => event.type === 'ToolRequested');
    expect(asked?.data).toMatchObject({ tool: 'AskUserQuestion', input: expect.stringContaining('?') });
  });

  it('interrupt: a turn that was stopped before any output leaves no end', () => {
    const types = eventsOf('interrupt').map(({ type }) => type);
    expect(types).toContain('PromptSubmitted');
    expect(types).not.toContain('TurnEnded');
  });
});
