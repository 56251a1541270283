import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readCapture } from './capture.ts';
import { replayCapture, type StatusChange } from './replay.ts';

const captures = fileURLToPath(new URL('../../../test/captures', import.meta.url));
const truthSchema = z.object({ t: z.number(), sessionId: z.string(), status: z.string() });

const replay = async (name: string): Promise<StatusChange[]> => {
  const changes: StatusChange[] = [];
  for await (const change of replayCapture(await readCapture(`${captures}/${name}`))) changes.push(change);
  return changes;
};

describe.each(readdirSync(captures))('%s', (name) => {
  const truth = readFileSync(`${captures}/${name}/truth.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => truthSchema.parse(JSON.parse(line)));

  it('is at every moment what the terminal showed', async () => {
    const changes = await replay(name);
    const shown = truth.map(({ t, sessionId }) => {
      const last = changes.findLast((change) => change.sessionId === sessionId && change.t <= t);
      return { t, sessionId, status: last?.ended ? 'ended' : last?.status };
    });
    expect(shown).toEqual(truth);
  });

  it('comes out the same each time, in the order of time', async () => {
    const changes = await replay(name);
    expect(await replay(name)).toEqual(changes);
    expect(changes.map(({ t }) => t)).toEqual(changes.map(({ t }) => t).toSorted((a, b) => a - b));
  });
});

describe('what is no capture', () => {
  it('is named', async () => {
    await expect(readCapture('/nowhere')).rejects.toThrow('/nowhere/capture.json');
  });
});
