import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readCapture } from '../capture.ts';
import type { ReplayedChange } from '../replay.ts';
import { playCapture } from './play.ts';

const CAPTURES = join(import.meta.dirname, '../../../../test/captures');

it('a capture comes out right on a real board: files, watchers, agent, log, fold and feed', async () => {
  const changes: ReplayedChange[] = [];
  const capture = await readCapture(join(CAPTURES, 'kill9'));
  const verdicts = await playCapture(capture, { speed: 2, onChange: (change) => changes.push(change) });
  expect(verdicts.map(({ point, isRight }) => [point.status, isRight])).toEqual([
    ['working', true],
    ['ended', true],
  ]);
  // The process was killed, in truth: a stand-in for the recorded one.
  expect(changes.at(-1)?.card).toMatchObject({ condition: { kind: 'crashed' }, machine: 'replay' });
});
