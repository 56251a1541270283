import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHome, type Home } from '../../test/agent.ts';
import { promptLine } from '../../test/entries.ts';
import { howContinued } from './continued.ts';

let home: Home;
beforeEach(() => {
  home = createHome();
  home.make();
});
afterEach(() => home.remove());

const HOUR_MS = 3_600_000;
const how = (sessionId: string, leftAt: number) => howContinued(home.claudeDir, sessionId, leftAt);

it('is a clear where the next session has no transcript, or one that began later', () => {
  const leftAt = Date.now();
  expect(how('session-2', leftAt)).toBe('clear');
  writeFileSync(home.transcript('session-2'), `{"type":"mode"}\n`);
  expect(how('session-2', leftAt)).toBe('clear');
  writeFileSync(home.transcript('session-2'), `{"type":"mode"}\n${promptLine('/clear', {}, leftAt - 100)}\n`);
  expect(how('session-2', leftAt)).toBe('clear');
});

it('is a resume where it was there before', () => {
  const leftAt = Date.now() + HOUR_MS;
  writeFileSync(home.transcript('session-2'), `${promptLine('Fix it', {}, leftAt - 2 * HOUR_MS)}\n`);
  expect(how('session-2', leftAt)).toBe('resume');
});

it('is a fork where older lines were copied', () => {
  const leftAt = Date.now();
  writeFileSync(home.transcript('session-2'), `${promptLine('Fix it', {}, leftAt - HOUR_MS)}\n`);
  // A copy may keep the times of what it was copied from.
  utimesSync(home.transcript('session-2'), new Date(), new Date());
  expect(how('session-2', leftAt)).toBe('fork');
});

it('looks at no other files than transcripts', () => {
  mkdirSync(home.transcript('session-3'));
  expect(how('session-3', Date.now())).toBe('clear');
  expect(how('../../secret', Date.now())).toBe('clear');
});
