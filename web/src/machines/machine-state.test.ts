import { MACHINE_LOST_MS, type MachineReport } from '@crewboard/contract';
import { aMachineReport, T0 } from '@crewboard/contract/testing';
import { describe, expect, test } from 'vitest';
import { byPerson, privateSessionsByPerson, type ShownMachine, shownMachine, sizeInWords } from './machine-state.ts';

const MINUTE = 60_000;
const shown = (told: Partial<MachineReport> = {}, asOf = T0): ShownMachine =>
  shownMachine({ report: aMachineReport(told), receivedAt: T0 }, asOf);
const lamps = (told: Partial<MachineReport>): string[] =>
  shown(told).lamps.map(({ name, state, says }) => `${name} ${state}: ${says}`);
const { hooks, presence } = aMachineReport();

describe('a machine', () => {
  test('is offline as soon as it was not heard for so long that a report can’t just be late', () => {
    expect(shown({}, T0 + MACHINE_LOST_MS - 1).isOffline).toBe(false);
    expect(shown({}, T0 + MACHINE_LOST_MS).isOffline).toBe(true);
  });

  test('is up for as long as its agent runs, whatever its own clock shows', () => {
    const report = { startedAt: T0 + 400 * MINUTE, at: T0 + 460 * MINUTE };
    expect(shown(report).startedAt).toBe(T0 - 60 * MINUTE);
  });

  test('lags by what was not sent and what was not read', () => {
    expect(shown().lag).toBeNull();
    expect(shown({ queuedEvents: 1 }).lag).toBe('1 event to send');
    const transcripts = { files: 3, backlogBytes: 3_200_000, lastReadAt: T0 };
    expect(shown({ queuedEvents: 128, transcripts }).lag).toBe('128 events to send, 3.2 MB to read');
  });

  test('has a clock that is told of only where it matters', () => {
    expect(shown({ clockSkewMs: null }).skew).toBeNull();
    expect(shown({ clockSkewMs: -1_900 }).skew).toBeNull();
    expect(shown({ clockSkewMs: -4_200 }).skew).toBe('4 s ahead');
    expect(shown({ clockSkewMs: 7 * MINUTE }).skew).toBe('7 min behind');
  });

  test('tells how its senses fare, each with a word', () => {
    expect(lamps({})).toEqual(['Hooks good: installed', 'Presence good: 2 live sessions', 'Transcripts good: 7 files']);
    expect(
      lamps({
        hooks: { ...hooks, installed: 'no' },
        presence: { ...presence, isKept: false },
        deadLetters: 1,
      }),
    ).toEqual([
      'Hooks off: not installed',
      'Presence off: not kept by this client',
      'Transcripts warning: 1 line can’t be read',
    ]);
  });

  test.each([
    ['partly', 'only some are installed'],
    ['disabled', 'turned off in the settings'],
    ['unreadable', 'the settings can’t be read'],
  ] as const)('warns of hooks that are %s', (installed, says) => {
    expect(lamps({ hooks: { ...hooks, installed } })[0]).toBe(`Hooks warning: ${says}`);
  });

  test('of an agent older than privacy tiers has no tier and hides nothing', () => {
    expect(shown()).toMatchObject({ tier: null, rules: 0, privateSessions: 0 });
  });
});

test('private sessions are counted by person, on machines that are heard', () => {
  const hiding = (machine: string, owner: string | null, privateSessions: number, asOf = T0) =>
    shown({ machine, owner, privacy: { tier: 'summary', rules: 1, privateSessions } }, asOf);
  const machines = [
    hiding('a', 'Lena', 1),
    hiding('b', 'Lena', 2),
    hiding('c', 'Mika', 0),
    hiding('d', 'Jonas', 4, T0 + MINUTE),
    hiding('ci', null, 1),
  ];
  expect(privateSessionsByPerson(machines)).toEqual([
    { owner: 'Lena', sessions: 3 },
    { owner: 'ci', sessions: 1 },
  ]);
});

test('machines come by person, those of nobody last', () => {
  const machines = [
    shown({ machine: 'ci', owner: null }),
    shown({ machine: 'z', owner: 'Amira' }),
    shown({ machine: 'b', owner: 'Lena' }),
    shown({ machine: 'a', owner: 'Lena' }),
  ];
  expect(machines.sort(byPerson).map(({ machine }) => machine)).toEqual(['z', 'a', 'b', 'ci']);
});

test('sizes are told in the unit that fits', () => {
  expect([640, 38_400, 999_499, 999_500, 4_200_000].map(sizeInWords)).toEqual([
    '640 B',
    '38 KB',
    '999 KB',
    '1.0 MB',
    '4.2 MB',
  ]);
});
