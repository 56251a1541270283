import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anEvent } from '@crewboard/contract/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quiet } from '../../test/agent.ts';
import { forgetInJournal, openJournal, readJournal } from './journal.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'crewboard-journal-'));
  mkdirSync(join(dataDir, 'agent'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const body = (...sessionIds: string[]): Buffer =>
  Buffer.from(sessionIds.map((sessionId) => JSON.stringify(anEvent('PromptSubmitted', { sessionId }))).join('\n'));

const note = async (...bodies: Buffer[]): Promise<void> => {
  const journal = openJournal(dataDir, 'https://board.example.com', quiet, () => Date.UTC(2026, 0, 5));
  for (const lines of bodies) journal.note(lines);
  await journal.close();
};

describe('the journal of what was sent', () => {
  it('has each event as it went over the wire, when and to whom, for this account alone', async () => {
    const first = body('a');
    await note(first, body('b', 'c'));
    const lines = readJournal(dataDir);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe(
      `{"at":"2026-01-05T00:00:00.000Z","board":"https://board.example.com","event":${first.toString()}}`,
    );
    expect(statSync(join(dataDir, 'agent', 'sent.ndjson')).mode & 0o777).toBe(0o600);
  });

  it('is bounded, and loses the oldest', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => `session-${index}`);
    for (let round = 0; round < 40; round++) await note(body(...many));
    const sizes = ['sent.ndjson', 'sent.ndjson.1'].map((name) => statSync(join(dataDir, 'agent', name)).size);
    for (const size of sizes) expect(size).toBeLessThan(4.5 * 1024 * 1024);
    expect(readJournal(dataDir).at(-1)).toContain('session-999');
  });

  it('loses sessions that are forgotten, and no others', async () => {
    await note(body('a', 'b', 'a'));
    forgetInJournal(dataDir, new Set(['a']));
    expect(readJournal(dataDir)).toHaveLength(1);
    expect(readFileSync(join(dataDir, 'agent', 'sent.ndjson'), 'utf8')).not.toContain('"a"');
    await note(body('c'));
    expect(readJournal(dataDir)).toHaveLength(2);
  });
});
