import { sessionEventSchema } from '@crewboard/contract';
import { describe, expect, it } from 'vitest';
import { keepsPresence, unseenExits } from './unseen.ts';

const NOW = Date.parse('2026-01-05T09:00:00.000Z');
const session = { sessionId: 'session-1', clientVersion: '2.1.330', lastSignAt: NOW - 10 * 60_000 };
const context = { machine: 'devbox', live: new Set<string>(), ended: new Map<string, number>(), now: NOW };

describe('an end that nobody saw', () => {
  it('is told of a quiet session without a process, at its last sign', () => {
    const [exit, ...more] = unseenExits([session], context);
    expect(more).toEqual([]);
    expect(sessionEventSchema.parse(exit)).toMatchObject({
      occurredAt: session.lastSignAt,
      position: session.lastSignAt,
      data: { pid: null, how: 'unseen' },
    });
  });

  it.each([
    ['has a live process', {}, { live: new Set(['session-1']) }],
    ['gave a sign a moment ago', { lastSignAt: NOW - 60_000 }, {}],
    ['never gave a sign', { lastSignAt: 0 }, {}],
    ['is of a client that keeps no presence', { clientVersion: '2.1.138' }, {}],
    ['is of an unknown client', { clientVersion: null }, {}],
    ['was told to be over', {}, { ended: new Map([['session-1', session.lastSignAt]]) }],
  ])('is not told of a session that %s', (_name, fields, changed) => {
    expect(unseenExits([{ ...session, ...fields }], { ...context, ...changed })).toEqual([]);
  });

  it('is told again after the session went on', () => {
    const ended = new Map([['session-1', session.lastSignAt - 1]]);
    expect(unseenExits([session], { ...context, ended })).toHaveLength(1);
  });

  it.each([
    ['2.1.139', true],
    ['2.2.0', true],
    ['3.0.0-beta', true],
    ['2.1.9', false],
    ['1.9.999', false],
    ['x', false],
  ])('knows that %s keeps a presence: %s', (version, keeps) => {
    expect(keepsPresence(version)).toBe(keeps);
  });
});
