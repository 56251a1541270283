import { aMachineReport, T0 } from '@crewboard/contract/testing';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import { useMachinesStore } from './machines.ts';

const HOUR = 3_600_000;
beforeEach(() => setActivePinia(createPinia()));

test('knows nothing before the first answer, which is not the same as no machine', () => {
  const store = useMachinesStore();
  expect(store.asOf).toBeNull();
  store.hear({ now: T0, machines: [] }, T0);
  expect(store.asOf).toBe(T0);
  expect(store.shown).toEqual([]);
});

test('tells when a machine was heard by this page’s clock, however far that is off the board’s', () => {
  const store = useMachinesStore();
  const pageNow = T0 - 5 * HOUR;
  const machines = [
    { report: aMachineReport({ machine: 'heard' }), receivedAt: T0 - 2_000 },
    { report: aMachineReport({ machine: 'silent' }), receivedAt: T0 - HOUR },
  ];
  store.hear({ now: T0, machines }, pageNow);
  expect(store.shown.map(({ machine, isOffline, heardAt }) => [machine, isOffline, heardAt])).toEqual([
    ['heard', false, pageNow - 2_000],
    ['silent', true, pageNow - HOUR],
  ]);
});
