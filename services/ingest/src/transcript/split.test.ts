import { describe, expect, it } from 'vitest';
import { assistantLine, promptLine } from '../../test/entries.ts';
import type { OpenTranscript } from './open.ts';
import { agentStart, TAIL_MAX_BYTES, TAIL_MIN_BYTES, tailStart } from './split.ts';

const line = (text: string): string => `${text.trim()}\n`;
const reply = (bytes: number): string => line(assistantLine({ type: 'text', text: 'x'.repeat(bytes) }));
const prompt = line(promptLine('Fix the tail reader'));

const NOW = 1_700_000_000_000;

const opened = (text: string): OpenTranscript => {
  const bytes = Buffer.from(text);
  const read = async (at: number, length: number) => bytes.subarray(at, at + length);
  return { identity: '1:1', sizeBytes: bytes.length, modifiedAt: NOW, bornAt: NOW, read };
};

describe('tailStart', () => {
  it('is the line of the last prompt', async () => {
    const before = `${prompt}${reply(400_000)}`;
    const text = `${before}${prompt}${reply(50_000)}`;
    expect(await tailStart(opened(text))).toBe(before.length);
  });

  it('takes an earlier prompt where the last one stands too close to the end', async () => {
    const before = `${reply(400_000)}`;
    const text = `${before}${prompt}${reply(TAIL_MIN_BYTES)}${prompt}${reply(100)}`;
    expect(await tailStart(opened(text))).toBe(before.length);
  });

  it('is the first whole line of the longest tail where no prompt is in it', async () => {
    const replies = Array.from({ length: 1000 }, () => reply(400));
    const text = `${prompt}${replies.join('')}`;
    const start = await tailStart(opened(text));
    expect(text.length - start).toBeLessThanOrEqual(TAIL_MAX_BYTES);
    expect(text.length - start).toBeGreaterThan(TAIL_MAX_BYTES - 2_000);
    expect(text[start - 1]).toBe('\n');
  });

  it('is the end of the file where no line starts in the longest tail', async () => {
    const text = `${prompt}${'x'.repeat(TAIL_MAX_BYTES * 2)}`;
    expect(await tailStart(opened(text))).toBe(text.length);
  });

  it('does not take a prompt that is quoted in a text for one', async () => {
    const quoting = line(assistantLine({ type: 'text', text: `${prompt}${'y'.repeat(100_000)}` }));
    const before = `${reply(400_000)}`;
    const text = `${before}${prompt}${quoting}`;
    expect(await tailStart(opened(text))).toBe(before.length);
  });
});

describe('agentStart', () => {
  const text = `${prompt}${reply(1000)}`;
  const LATER = NOW + 3 * 60_000;

  it('is the start of a short file that was written to just now', async () => {
    expect(await agentStart(opened(text), NOW)).toBe(0);
  });

  it('is behind everything in a file that has been quiet for minutes', async () => {
    expect(await agentStart(opened(text), LATER)).toBe(text.length);
  });

  it('is not behind a line that has not ended', async () => {
    expect(await agentStart(opened(`${text}{"type":"us`), LATER)).toBe(0);
    expect(await agentStart(opened(''), LATER)).toBe(0);
  });
});
