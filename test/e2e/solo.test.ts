import { appendFile, cp, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sessionsOf, startSolo, untilBoard } from '../support/board.ts';
import { freePort } from '../support/port.ts';
import { scratchDir } from '../support/program.ts';

const captures = fileURLToPath(new URL('../captures', import.meta.url));
const APPROVE = 'dad11432-301d-45c1-8a60-7d0332babe66';
const DENY = 'ec0a58bf-eaac-498c-8382-47997702cf4e';

/** A home with the transcripts of these captures, as if their sessions had just ended. */
const homeWith = async (...names: string[]): Promise<string> => {
  const home = await scratchDir();
  for (const name of names) await cp(join(captures, name, 'claude'), join(home, '.claude'), { recursive: true });
  return home;
};
const transcript = (home: string, sessionId: string) =>
  join(home, '.claude/projects/-home-dev-widgets', `${sessionId}.jsonl`);

/** A prompt as the client writes it. */
const promptLine = (sessionId: string, text: string): string => {
  const timestamp = new Date().toISOString();
  const message = { role: 'user', content: text };
  const entry = {
    type: 'user',
    message,
    uuid: `u-${text}`,
    timestamp,
    sessionId,
    cwd: '/home/dev/widgets',
    promptSource: 'typed',
  };
  return `${JSON.stringify(entry)}\n`;
};

describe('crewboard up', () => {
  it('says where the board is, in one line, and shows the sessions of the folder', async () => {
    const home = await homeWith('approve', 'deny');
    const solo = await startSolo(home);
    await untilBoard(solo.url, (sessions) => expect(sessions).toHaveLength(2));
    expect(solo.output()).toBe(`Crewboard is at ${solo.url}\n`);
    const [approve] = await sessionsOf(solo.url);
    expect(approve).toMatchObject({
      sessionId: APPROVE,
      repo: 'widgets',
      branch: 'main',
      goal: 'SCENARIO:bash please',
    });
  });

  it('shows a line that is written now, and goes on after a kill without losing or repeating one', async () => {
    const home = await homeWith('approve');
    const first = await startSolo(home);
    await appendFile(transcript(home, APPROVE), promptLine(APPROVE, 'second'));
    await untilBoard(first.url, ([session]) => expect(session).toMatchObject({ status: 'working', prompts: 2 }));
    await first.kill();
    await appendFile(transcript(home, APPROVE), promptLine(APPROVE, 'third'));
    const second = await startSolo(home);
    await untilBoard(second.url, ([session]) => expect(session?.prompts).toBe(3));
  });

  it('stays right beside garbage, an unknown entry, a line of 50 MB and a file cut in half, and notes why', async () => {
    const home = await homeWith('approve', 'deny');
    const whole = await readFile(transcript(home, DENY));
    await truncate(transcript(home, DENY), Math.floor(whole.length / 2));
    const huge = promptLine(APPROVE, 'x'.repeat(50_000_000));
    const lines = [
      '{"type":"user", garbage\n',
      '{"type":"from-the-future","what":1}\n',
      huge,
      promptLine(APPROVE, 'after'),
    ];
    await appendFile(transcript(home, APPROVE), lines.join(''));

    const solo = await startSolo(home);
    await untilBoard(solo.url, (sessions) => {
      expect(sessions).toHaveLength(2);
      expect(sessions[0]).toMatchObject({ sessionId: APPROVE, status: 'working', goal: 'SCENARIO:bash please' });
    });
    const noted = await readFile(join(home, '.crewboard/agent/dead-letters.ndjson'), 'utf8');
    expect(noted).toContain(APPROVE);
    expect(noted).toContain('reason');
    expect(noted).not.toContain('garbage');

    // The half comes back whole, as after an interrupted copy.
    await writeFile(transcript(home, DENY), whole);
    await untilBoard(solo.url, (sessions) =>
      expect(sessions.find(({ sessionId }) => sessionId === DENY)?.usage.costUsd).toBeGreaterThan(0),
    );
  });

  it('says what to do without a Claude folder, and shows the first session that appears', async () => {
    const home = await scratchDir();
    const solo = await startSolo(home);
    await untilBoard(solo.url, (sessions) => expect(sessions).toEqual([]));
    expect(solo.output()).toContain(`No Claude Code folder at ${join(home, '.claude')}`);
    const file = transcript(home, APPROVE);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, promptLine(APPROVE, 'first'));
    await untilBoard(solo.url, (sessions) => expect(sessions).toMatchObject([{ title: 'first', status: 'working' }]));
  });

  it('that runs already says where', async () => {
    const home = await scratchDir();
    const first = await startSolo(home);
    await untilBoard(first.url, (sessions) => expect(sessions).toEqual([]));
    const second = await startSolo(home, { PORT: new URL(first.url).port });
    expect(await second.exited).toBe(1);
    expect(second.output()).toMatch(`Crewboard runs already: open ${first.url}`);
  });

  it('says what to do when the port is taken', async () => {
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    const solo = await startSolo(await scratchDir(), { PORT: String(port) });
    expect(await solo.exited).toBe(1);
    expect(solo.output()).toContain(`Port ${port} is taken`);
    expect(solo.output()).toContain(`PORT=${port + 1}`);
    server.close();
  });

  it('names every setting that does not fit', async () => {
    const solo = await startSolo(await scratchDir(), { PORT: 'many', CREWBOARD_MAX_AGE_DAYS: '-1' });
    expect(await solo.exited).toBe(1);
    expect(solo.output()).toContain('PORT');
    expect(solo.output()).toContain('CREWBOARD_MAX_AGE_DAYS');
  });
});
