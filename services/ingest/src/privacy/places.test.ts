import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@crewboard/runtime';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { openPlaces, storedSessions } from './places.ts';

const logger = createLogger({ name: 'test', level: 'silent' });
const place = { cwd: '/home/dev/atlas', repo: 'atlas', remote: null };

let path: string;
beforeEach(() => {
  const dir = mkdtempSync(join(tmpdir(), 'crewboard-places-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  path = join(dir, 'places-solo.json');
});

const tell = (places: ReturnType<typeof openPlaces>, sessionId: string): void => {
  places.addPlace(sessionId, place);
  places.of(sessionId).isTold = true;
  places.flush();
};

const stored = () => storedSessions(readFileSync(path, 'utf8'));

test('what was flushed is there after a death, with the salt', () => {
  const places = openPlaces(path, logger);
  for (const sessionId of ['one', 'two', 'three']) tell(places, sessionId);
  places.of('one').isTold = false;
  places.touch('one');
  places.flush();

  // No close: the process was killed.
  expect(stored()).toMatchObject({ one: { isTold: false }, two: { isTold: true, places: [place] }, three: {} });
  expect(openPlaces(path, logger).salt).toBe(places.salt);
});

test('a session more costs an append, not another whole file', () => {
  const places = openPlaces(path, logger);
  tell(places, 'first');
  const before = readFileSync(path, 'utf8');
  tell(places, 'second');
  const after = readFileSync(path, 'utf8');
  expect(after.startsWith(before)).toBe(true);
  expect(after.slice(before.length)).not.toContain('first');
});

test('the file does not grow with each change', () => {
  const places = openPlaces(path, logger);
  for (let change = 0; change < 5_000; change++) tell(places, `session-${change % 3}`);
  expect(readFileSync(path, 'utf8').split('\n').length).toBeLessThan(1_100);
  places.close();
  expect(Object.keys(stored())).toHaveLength(3);
});

test('a line that was cut off with its writer costs nothing but itself, and the next one is whole', () => {
  const places = openPlaces(path, logger);
  tell(places, 'one');
  appendFileSync(path, '["two",{"places":[{"cwd":"/ho');
  const again = openPlaces(path, logger);
  expect([...again.sessions.keys()]).toEqual(['one']);
  tell(again, 'three');
  expect(Object.keys(stored())).toEqual(['one', 'three']);
});

test('reads a file of one line without an end, as it was written before', () => {
  const session = { places: [place], hasMore: false, isTold: true, isHidden: false, seenAt: 5 };
  writeFileSync(path, JSON.stringify({ version: 1, salt: 'a-salt-of-this-machine', sessions: { one: session } }));
  const places = openPlaces(path, logger);
  expect(places.sessions.get('one')).toEqual(session);
  tell(places, 'two');
  expect(Object.keys(stored())).toEqual(['one', 'two']);
});

test('begins anew where all is damaged', () => {
  writeFileSync(path, '{"version":1,"sa');
  expect(openPlaces(path, logger).sessions.size).toBe(0);
});
