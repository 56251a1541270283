import { sessionEventSchema } from '@crewboard/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jobEvent, parseJob } from './parse.ts';

const T = Date.parse('2026-01-05T09:00:00.000Z');

/** As the client writes it, with what must not leave. */
const state = (fields: object = {}): string =>
  JSON.stringify(
    {
      state: 'working',
      detail: 'Creating a file and listing files',
      tempo: 'blocked',
      needs: 'approve Bash: touch made-by-claude.txt && ls -la',
      linkScanPath: '/home/dev/.claude/projects/-home-dev-widgets/c2607223.jsonl',
      intent: 'Make a file',
      sessionId: 'session-1',
      resumeSessionId: 'session-1',
      cwd: '/home/dev/widgets',
      providerEnv: { CLAUDE_BG_SESSION_CREDENTIAL: 'env-key' },
      updatedAt: new Date(T).toISOString(),
      ...fields,
    },
    null,
    2,
  );

const tell = (text: string, lastPosition = -1) => {
  const record = parseJob(text);
  if (!record) throw new Error('the builder makes a job');
  return jobEvent('c2607223', record, { machine: 'devbox', modifiedAt: T + 5, lastPosition });
};

describe('a job’s state', () => {
  it('is told with the fields of the event and no others', () => {
    expect(sessionEventSchema.parse(tell(state()))).toEqual({
      type: 'JobChanged',
      schemaVersion: 1,
      sessionId: 'session-1',
      machine: 'devbox',
      source: 'job',
      stream: 'job:c2607223',
      position: T,
      occurredAt: T,
      data: {
        jobId: 'c2607223',
        state: 'working',
        tempo: 'blocked',
        needs: 'approve Bash: touch made-by-claude.txt && ls -la',
        intent: 'Make a file',
        detail: 'Creating a file and listing files',
      },
    });
  });

  it('is masked and cut', () => {
    const { data } = tell(state({ needs: 'approve Bash: export API_TOKEN=abcdef123456', intent: 'x'.repeat(9_000) }));
    expect(data.needs).toBe('approve Bash: export API_TOKEN=[masked]');
    expect(data.intent).toHaveLength(500);
  });

  it('is of the session that the job is in now', () => {
    expect(tell(state({ resumeSessionId: 'session-2' })).sessionId).toBe('session-2');
    expect(tell(state({ resumeSessionId: undefined })).sessionId).toBe('session-1');
  });

  it('takes positions that rise, and the same one for the same state', () => {
    expect(tell(state()).position).toBe(tell(state()).position);
    expect(tell(state(), T + 100).position).toBe(T + 101);
    expect(tell(state({ updatedAt: 'once' })).occurredAt).toBe(T + 5);
  });

  it('that is half-written, or of something else, is none', () => {
    const text = state();
    for (let end = 0; end < text.length; end++) expect(parseJob(text.slice(0, end))).toBeUndefined();
    for (const other of ['[]', 'null', '{}', '{"sessionId":7}']) expect(parseJob(other)).toBeUndefined();
  });

  it('never throws, and makes events of the contract', () => {
    const field = fc.oneof(fc.string(), fc.jsonValue());
    const job = fc.record({ sessionId: fc.string({ minLength: 1 }), state: field, tempo: field, needs: field });
    fc.assert(
      fc.property(job, field, (fields, updatedAt) => {
        const text = JSON.stringify({ ...fields, updatedAt });
        if (parseJob(text)) sessionEventSchema.parse(tell(text));
      }),
    );
  });
});
