import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attachmentLine, promptLine } from '../../test/entries.ts';
import { createLineSplitter, type LineSplitter } from './lines.ts';

const split = (splitter: LineSplitter, ...chunks: (string | Buffer)[]) => {
  const lines: { text: string | undefined; start: number; end: number }[] = [];
  for (const chunk of chunks) {
    splitter.push(Buffer.from(chunk), ({ bytes, start, end }) => lines.push({ text: bytes?.toString(), start, end }));
  }
  return lines;
};

describe('a line splitter', () => {
  it('tells each line with its place in the file', () => {
    expect(split(createLineSplitter(100), 'one\ntwo\n')).toEqual([
      { text: 'one', start: 100, end: 104 },
      { text: 'two', start: 104, end: 108 },
    ]);
  });

  it('waits for the newline of a half-written line', () => {
    const splitter = createLineSplitter(0);
    expect(split(splitter, 'one\nhal')).toHaveLength(1);
    expect(splitter.position).toBe(4);
    expect(splitter.readTo).toBe(7);
    expect(split(splitter, 'f\n')).toEqual([{ text: 'half', start: 4, end: 9 }]);
  });

  it('gives the same lines however the bytes come', () => {
    const line = fc.string({ unit: fc.constantFrom('a', '"', 'ü', '😀', '\\'), maxLength: 30 });
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (texts, sizes) => {
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        const chunks: Buffer[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(split(createLineSplitter(0), ...chunks).map(({ text }) => text)).toEqual(texts);
      }),
    );
  });

  it('keeps its place behind lines that are too long to buffer', () => {
    const long = promptLine(`start ${'x'.repeat(300_000)}`);
    const chunks = (`${attachmentLine(500_000)}\n${long}\n${promptLine('last')}\n`.match(/[\s\S]{1,60000}/g) ??
      []) as string[];
    const [silent, prompt, last, ...more] = split(createLineSplitter(0), ...chunks);
    expect(more).toEqual([]);
    expect(silent?.text?.length).toBeLessThan(5000);
    expect(JSON.parse(prompt?.text ?? '')).toMatchObject({ type: 'user', gitBranch: 'main' });
    expect(prompt?.end).toBe((prompt?.start ?? 0) + long.length + 1);
    expect(JSON.parse(last?.text ?? '')).toMatchObject({ message: { content: 'last' } });
  });

  it('needs little memory for a line of 100 MB', () => {
    const splitter = createLineSplitter(0);
    const chunk = Buffer.alloc(256 * 1024, 'x');
    split(splitter, `{"type":"user","message":{"content":"`);
    const before = process.memoryUsage();
    for (let pushed = 0; pushed < 100 * 1024 * 1024; pushed += chunk.length) splitter.push(chunk, () => undefined);
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(8 * 1024 * 1024);
    const [line] = split(splitter, '"},"sessionId":"s"}\n');
    expect(JSON.parse(line?.text ?? '')).toMatchObject({ sessionId: 's' });
  });
});
