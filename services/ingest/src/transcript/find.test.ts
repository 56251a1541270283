import { describe, expect, it } from 'vitest';
import { leadsToTranscripts, transcriptFileOf } from './find.ts';

const ID = '71757dd1-0000-4000-8000-000000000001';

describe('a path', () => {
  it.each([
    [`projects/-w/${ID}.jsonl`, undefined],
    [`projects/-w/${ID}/subagents/agent-a1b2.jsonl`, 'a1b2'],
    [`projects/-w/${ID}/subagents/agent-reviewer-a1b2.jsonl`, 'reviewer-a1b2'],
    [`projects/-w/${ID}/subagents/workflows/wf_00c0ffee-1a2/agent-a1b2.jsonl`, 'a1b2'],
  ])('%s is a transcript of its session', (path, agentId) => {
    expect(transcriptFileOf(path)).toEqual({ path, sessionId: ID, agentId });
  });

  it.each([
    `projects/${ID}.jsonl`,
    `projects/-w/${ID}.jsonl.orphaned-1`,
    `projects/-w/${ID}/custom-title.json`,
    `projects/-w/${ID}/tool-results/b1.txt`,
    `projects/-w/${ID}/subagents/agent-a1b2.meta.json`,
    `projects/-w/${ID}/subagents/workflows/wf_00c0ffee-1a2/journal.jsonl`,
    `projects/-w/${ID}/workflows/wf_00c0ffee-1a2.json`,
    'projects/-w/agent-a1b2.jsonl',
    'projects/-w/memory/notes.md',
    `sessions/4711.${'0'.repeat(64)}.key`,
    'history.jsonl',
  ])('%s is none', (path) => {
    expect(transcriptFileOf(path)).toBeUndefined();
  });

  it.each([
    ['projects', true],
    ['projects/-w', true],
    [`projects/-w/${ID}/subagents/workflows/wf_00c0ffee-1a2`, true],
    ['projects/-w/memory', false],
    [`projects/-w/${ID}/tool-results`, false],
    ['sessions', false],
  ])('%s leads to transcripts: %s', (path, leads) => {
    expect(leadsToTranscripts(path)).toBe(leads);
  });
});
