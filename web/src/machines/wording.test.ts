import { aMachineReport, T0 } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { shownMachine } from './machine-state.ts';
import { versionStanding } from './versions.ts';
import { machineCounts, remarksOn } from './wording.ts';

const well = shownMachine({ report: aMachineReport({ agentVersion: '0.4.0' }), receivedAt: T0 }, T0);

test('counts machines, and those that are not heard only where there are any', () => {
  expect(machineCounts([well])).toEqual({ all: '1 machine', offline: null });
  expect(machineCounts([well, { ...well, isOffline: true }])).toEqual({ all: '2 machines', offline: '1 offline' });
});

test('has nothing to say of a machine that is well', () => {
  expect(remarksOn(well, '0.4.2')).toEqual([]);
});

test('says what is not as it should be, and of one that is offline only what stays true', () => {
  const report = aMachineReport({
    agentVersion: '0.1.0',
    queuedEvents: 3,
    clockSkewMs: 9_000,
    privacy: { tier: 'summary', rules: 0, privateSessions: 1 },
  });
  const machine = shownMachine({ report, receivedAt: T0 }, T0);
  const lasting = ['Agent 0.1.0: too old for the board: update it with npx crewboard@0.4.0 agent', 'Clock 9 s behind'];
  expect(remarksOn(machine, '0.4.0')).toEqual([lasting[0], '3 events to send', lasting[1], '1 private session']);
  expect(remarksOn({ ...machine, isOffline: true }, '0.4.0')).toEqual(lasting);
});

test('an agent one version apart works, one further apart does not', () => {
  expect(versionStanding('0.4.1', '0.4.0')).toBeNull();
  expect(versionStanding('0.3.0', null)).toBeNull();
  expect(versionStanding('0.3.0', '0.4.0')).toMatchObject({
    isBad: false,
    says: 'one version older than the board, works',
  });
  expect(versionStanding('0.2.0', '0.4.0')).toMatchObject({ isBad: true, command: 'npx crewboard@0.4.0 agent' });
  expect(versionStanding('0.6.0', '0.4.0')).toMatchObject({ isBad: true });
});
