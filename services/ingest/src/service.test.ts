import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type SessionEvent, sessionEventSchema } from '@crewboard/contract';
import { describe, expect, it } from 'vitest';
import { homeForEach, NOW, type startTestAgent, until } from '../test/agent.ts';
import { assistantLine, attachmentLine, promptLine, T, toolResultLine } from '../test/entries.ts';

const at = homeForEach({ isMade: false });
const { start } = at;

const reply = (id: string, output: number): string =>
  assistantLine({ type: 'text', text: 'done' }, { id, usage: { output_tokens: output }, stop_reason: 'end_turn' });

const ids = (events: readonly SessionEvent[]): string[] =>
  events.map(({ stream, position }) => `${stream}@${position}`);

const totals = (events: readonly SessionEvent[]) => {
  let prompts = 0;
  let output = 0;
  for (const event of events) {
    if (event.type === 'PromptSubmitted') prompts++;
    if (event.type === 'TokensUsed') output += event.data.output;
    if (event.type !== 'HistoryCounted') continue;
    prompts += event.data.prompts;
    output += event.data.tokens.reduce((sum, tokens) => sum + tokens.output, 0);
  }
  return { prompts, output };
};

const queued = async (agent: ReturnType<typeof startTestAgent>): Promise<number> =>
  Number(/^crewboard_ingest_queued_events (\d+)/m.exec(await agent.registry.metrics())?.[1]);

describe('following a transcript', () => {
  it('tells what is there, and then each line as it comes', async () => {
    at.home.make();
    const path = at.home.transcript('session-1');
    writeFileSync(path, `${promptLine('first')}\n`);
    const agent = start();
    await agent.caughtUp;
    expect(agent.prompts()).toEqual(['first']);
    appendFileSync(path, `${promptLine('second')}\n`);
    await until('the second prompt is told', () => agent.prompts().length === 2);
    for (const event of agent.events) sessionEventSchema.parse(event);
    expect(agent.events[0]).toMatchObject({
      type: 'SessionLocated',
      sessionId: 'session-1',
      // No folder's name is in it.
      stream: expect.stringMatching(/^transcript:[0-9a-f]{32}#0$/),
      position: 0,
    });
  });

  it('waits for the rest of a half-written line', async () => {
    at.home.make();
    const path = at.home.transcript('session-1');
    const agent = start();
    await agent.boardReady;
    const line = promptLine('in pieces — ünïcödé 😀');
    const bytes = Buffer.from(`${line}\n${promptLine('next')}\n`);
    for (let at = 0; at < bytes.length; at += 37) {
      appendFileSync(path, bytes.subarray(at, at + 37));
      if (at % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 4));
    }
    await until('both are told', () => agent.prompts().length === 2);
    expect(agent.prompts()).toEqual(['in pieces — ünïcödé 😀', 'next']);
  });

  it('finds folders that were not there when it started', async () => {
    const agent = start();
    await agent.boardReady;
    at.home.make();
    writeFileSync(at.home.transcript('session-1'), `${promptLine('late')}\n`);
    await until('it is told', () => agent.prompts().length === 1);
    const subagents = join(at.home.project, 'session-1', 'subagents', 'workflows', 'wf_1');
    mkdirSync(subagents, { recursive: true });
    writeFileSync(join(subagents, 'agent-a1.jsonl'), `${promptLine('look')}\n`);
    await until('the subagent is told', () => agent.events.some(({ agentId }) => agentId === 'a1'));
    expect(agent.events.at(-1)).toMatchObject({ sessionId: 'session-1', data: { by: 'client', text: 'look' } });
  });

  it('begins a file anew that was truncated, under another stream', async () => {
    at.home.make();
    const path = at.home.transcript('session-1');
    writeFileSync(path, `${promptLine('one')}\n${promptLine('two')}\n`);
    const agent = start();
    await agent.boardReady;
    truncateSync(path, 0);
    appendFileSync(path, `${promptLine('new')}\n`);
    await until('the new one is told', () => agent.prompts().includes('new'));
    expect(agent.events.at(-1)?.stream).toMatch(/#1$/);
    expect(agent.prompts()).toEqual(['one', 'two', 'new']);
  });

  it('begins a file anew that was replaced, whatever its size', async () => {
    at.home.make();
    const path = at.home.transcript('session-1');
    writeFileSync(path, `${promptLine('old')}\n`);
    const agent = start();
    await agent.boardReady;
    writeFileSync(`${path}.new`, `${promptLine('new')}\n${promptLine('more')}\n`);
    renameSync(`${path}.new`, path);
    await until('all is told', () => agent.prompts().length === 3);
    expect(agent.prompts()).toEqual(['old', 'new', 'more']);
  });

  it('survives that a file goes away and comes back', async () => {
    at.home.make();
    const path = at.home.transcript('session-1');
    writeFileSync(path, `${promptLine('one')}\n`);
    const agent = start();
    await agent.boardReady;
    rmSync(path);
    writeFileSync(at.home.transcript('session-2'), `${promptLine('other')}\n`);
    await until('the other is told', () => agent.prompts().includes('other'));
    writeFileSync(path, `${promptLine('again')}\n`);
    await until('the file is told again', () => agent.prompts().includes('again'));
  });

  it('follows a file that was moved to another folder without telling it twice', async () => {
    at.home.make();
    const path = at.home.transcript('session-1');
    writeFileSync(path, `${promptLine('one')}\n`);
    const agent = start();
    await agent.boardReady;
    const other = join(at.home.claudeDir, 'projects', '-home-dev-gadgets');
    mkdirSync(other);
    const moved = join(other, 'session-1.jsonl');
    renameSync(path, moved);
    appendFileSync(moved, `${promptLine('two')}\n`);
    await until('the second is told', () => agent.prompts().includes('two'));
    expect(new Set(ids(agent.events)).size).toBe(new Set(agent.events.map((event) => JSON.stringify(event))).size);
    expect(new Set(agent.prompts())).toEqual(new Set(['one', 'two']));
    expect(new Set(agent.events.map(({ stream }) => stream)).size).toBe(1);
  });

  it('sets aside what it cannot read, without its text, and goes on', async () => {
    at.home.make();
    const bad = Buffer.concat([Buffer.from('{"secret-word":'), Buffer.from([0xff, 0xfe]), Buffer.from('\n')]);
    writeFileSync(at.home.transcript('session-1'), Buffer.concat([bad, Buffer.from(`${promptLine('good')}\n`)]));
    const agent = start();
    await agent.caughtUp;
    expect(agent.prompts()).toEqual(['good']);
    expect(await agent.registry.metrics()).toContain('crewboard_ingest_dead_letters_total 1');
    await agent.stop();
    const letters = readFileSync(join(at.home.dataDir, 'agent', 'dead-letters.ndjson'), 'utf8');
    expect(JSON.parse(letters)).toMatchObject({ offset: 0, length: bad.length, reason: 'the line is not JSON' });
    expect(letters).not.toContain('secret-word');
  });

  it('leaves old files alone until they grow', async () => {
    at.home.make();
    const path = at.home.transcript('session-1');
    writeFileSync(path, `${promptLine('old')}\n`);
    const longAgo = NOW / 1000 - 8 * 86_400;
    utimesSync(path, longAgo, longAgo);
    const agent = start();
    await agent.caughtUp;
    expect(agent.events).toEqual([]);
    appendFileSync(path, `${promptLine('new')}\n`);
    await until('it is told', () => agent.prompts().length === 2);
  });

  it('follows no link out of the claude folder and opens nothing else', async () => {
    at.home.make();
    const outside = join(at.home.home, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'session-9.jsonl'), `${promptLine('outside')}\n`);
    symlinkSync(outside, join(at.home.claudeDir, 'projects', 'linked'));
    symlinkSync(join(outside, 'session-9.jsonl'), at.home.transcript('session-8'));
    writeFileSync(join(at.home.claudeDir, 'projects', 'loose.jsonl'), `${promptLine('loose')}\n`);
    writeFileSync(join(at.home.project, 'agent-x.jsonl'), `${promptLine('of an old subagent')}\n`);
    writeFileSync(at.home.transcript('session-1'), `${promptLine('inside')}\n`);
    const agent = start();
    await agent.caughtUp;
    appendFileSync(join(outside, 'session-9.jsonl'), `${promptLine('outside')}\n`);
    appendFileSync(at.home.transcript('session-1'), `${promptLine('more')}\n`);
    await until('the inside is told', () => agent.prompts().includes('more'));
    expect(agent.prompts()).toEqual(['inside', 'more']);
  });
});

describe('long files', () => {
  /** 60 turns of about 20 KB, with three prompts at the start, in the middle and at the end that say so. */
  const writeLong = (path: string, turns = 60) => {
    const lines: string[] = [];
    for (let turn = 0; turn < turns; turn++) {
      lines.push(promptLine(`prompt ${turn}`, {}, T + turn));
      lines.push(reply(`msg_${turn}_a`, 1), reply(`msg_${turn}_a`, 1));
      lines.push(toolResultLine(`toolu_${turn}`, {}, { content: 'x'.repeat(15_000) }), attachmentLine(5_000));
      lines.push(reply(`msg_${turn}_b`, 100));
    }
    writeFileSync(path, `${lines.join('\n')}\n`);
    return { prompts: turns, output: turns * 101, size: Buffer.byteLength(lines.join('\n')) + 1 };
  };

  it('are told from their head and their end first, and counted in between', async () => {
    at.home.make();
    const { size, ...expected } = writeLong(at.home.transcript('session-1'), 200);
    expect(size).toBeGreaterThan(3_000_000);
    const agent = start();
    await agent.caughtUp;
    expect(totals(agent.events)).toEqual(expected);
    expect(agent.prompts()[0]).toBe('prompt 0');
    expect(agent.prompts().at(-1)).toBe('prompt 199');
    const counts = agent.ofType('HistoryCounted');
    expect(counts.length).toBeGreaterThan(2);
    expect(agent.events.findIndex(({ type }) => type === 'HistoryCounted')).toBeGreaterThan(
      agent.events.findLastIndex(({ type }) => type === 'PromptSubmitted'),
    );
    const [stream, ...others] = new Set(counts.map((count) => count.stream));
    expect(stream).toMatch(/^history:[0-9a-f]{32}#0$/);
    expect(others).toEqual([]);
    for (const event of agent.events) sessionEventSchema.parse(event);
  });

  it('are counted once however often the agent is killed meanwhile', async () => {
    at.home.make();
    const { size: _size, ...expected } = writeLong(at.home.transcript('session-1'), 200);
    const accepted = new Map<string, SessionEvent>();
    for (let round = 0; round < 12; round++) {
      let left = 2;
      const agent = start({
        sink: {
          send: async (batch, signal) => {
            // After two batches this sink hangs: the agent is stopped in the middle of everything.
            if (left-- <= 0) await new Promise((_resolve, reject) => signal.addEventListener('abort', reject));
            for (const event of batch) accepted.set(ids([event])[0] ?? '', event);
          },
        },
      });
      await Promise.race([agent.caughtUp, until('it hangs', () => left < 0)]);
      await agent.stop();
    }
    expect(totals([...accepted.values()])).toEqual(expected);
  });

  it('may hold a line of 50 MB without needing 50 MB', async () => {
    at.home.make();
    const path = at.home.transcript('session-1');
    writeFileSync(path, `${promptLine('before')}\n`);
    const agent = start();
    await agent.caughtUp;
    const before = process.memoryUsage.rss();
    const [head, tail] = toolResultLine(
      'toolu_big',
      { toolUseResult: { backgroundTaskId: 'b1' } },
      { content: '@' },
    ).split('@');
    appendFileSync(path, head ?? '');
    const block = 'y'.repeat(1024 * 1024);
    let peak = before;
    for (let megabytes = 0; megabytes < 50; megabytes++) {
      appendFileSync(path, block);
      await new Promise((resolve) => setImmediate(resolve));
      peak = Math.max(peak, process.memoryUsage.rss());
    }
    appendFileSync(path, `${tail}\n${promptLine('after')}\n`);
    await until('what follows is told', () => agent.prompts().includes('after'));
    peak = Math.max(peak, process.memoryUsage.rss());
    expect(agent.ofType('ToolFinished')).toMatchObject([{ data: { toolUseId: 'toolu_big', background: 'shell' } }]);
    expect(peak - before).toBeLessThan(40 * 1024 * 1024);
  });
});

describe('going on after a restart', () => {
  it('tells accepted events once', async () => {
    at.home.make();
    const path = at.home.transcript('session-1');
    writeFileSync(path, `${promptLine('one')}\n${reply('msg_1', 5)}\n`);
    const first = start();
    await first.caughtUp;
    await first.stop();
    appendFileSync(path, `${reply('msg_1', 5)}\n${promptLine('two')}\n`);
    const second = start();
    await second.caughtUp;
    expect(second.events.map(({ type }) => type)).toEqual(['AssistantReplied', 'PromptSubmitted']);
  });

  it('tells events that were not accepted again, under the same positions', async () => {
    at.home.make();
    writeFileSync(at.home.transcript('session-1'), `${promptLine('one')}\n${reply('msg_1', 5)}\n`);
    const lost: SessionEvent[] = [];
    const first = start({
      sink: {
        send: (batch, signal) => {
          lost.push(...batch);
          return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
      },
    });
    await until('it was sent', () => lost.length > 0);
    await first.stop();
    const second = start();
    await second.caughtUp;
    expect(second.events).toEqual(lost);
  });

  it('waits while the sink does not accept, and loses nothing', async () => {
    at.home.make();
    let isOpen = false;
    const open = () => new Promise<void>((resolve) => void until('it opens', () => isOpen).then(resolve));
    const accepted: SessionEvent[] = [];
    const agent = start({
      sink: {
        send: async (batch) => {
          if (!isOpen) await open();
          accepted.push(...batch);
        },
      },
    });
    for (let file = 0; file < 30; file++) {
      const lines = Array.from({ length: 300 }, (_, index) => promptLine(`prompt ${index}`));
      writeFileSync(at.home.transcript(`session-${file}`), `${lines.join('\n')}\n`);
    }
    await until('readers wait for room', async () => (await queued(agent)) >= 2_000);
    expect(await queued(agent)).toBeLessThan(3_000);
    isOpen = true;
    await until('all is accepted', () => totals(accepted).prompts === 9_000);
    expect(new Set(ids(accepted)).size).toBe(accepted.length);
    await agent.stop();
  });
});
