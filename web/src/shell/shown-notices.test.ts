import type { MachineReport } from '@crewboard/contract';
import { aMachineReport, T0 } from '@crewboard/contract/testing';
import { afterEach, expect, test } from 'vitest';
import { shownMachine } from '../machines/machine-state.ts';
import { speak } from '../words/index.ts';
import { type Situation, shownNotices } from './shown-notices.ts';

afterEach(() => speak('en'));

const machine = (told: Partial<MachineReport> = {}, asOf = T0) =>
  shownMachine({ report: aMachineReport({ machine: 'devbox', owner: 'Mara', ...told }), receivedAt: T0 }, asOf);
const { hooks } = aMachineReport();
const SITUATION: Situation = { notices: [], machines: [], person: 'Mara', hasSessions: true, dismissed: [] };
const shown = (situation: Partial<Situation>) => shownNotices({ ...SITUATION, ...situation });
const found = machine({ findings: ['client_old', 'clock_off'] });

test('tells a person what their own machines need, one line each, with what to run', () => {
  const [line, ...others] = shown({ machines: [found, machine({ owner: 'Jonas', findings: ['token_open'] })] });
  expect(others).toEqual([]);
  expect(line).toMatchObject({ level: 'warning', command: 'npx crewboard doctor', isDismissible: true });
  expect(line?.says).toMatch(/^devbox: A Claude Code there is too old .* 1 more\.$/);
  expect(shown({ machines: [found], person: null })[0]?.says).toMatch(/^A Claude Code/);
});

test('what was put away stays away until it changes', () => {
  const dismissed = shown({ machines: [found] }).map(({ id }) => id);
  expect(shown({ machines: [found], dismissed })).toEqual([]);
  expect(shown({ machines: [machine({ findings: ['client_old'] })], dismissed })).toHaveLength(1);
  const notice = { subject: 'github', level: 'info', says: 'No token', at: T0 } as const;
  expect(shown({ notices: [notice], dismissed: ['github'] })).toHaveLength(1);
});

test('says once that hooks would tell more, as soon as there are sessions', () => {
  const machines = [machine({ hooks: { ...hooks, installed: 'no' } })];
  const [hint] = shown({ machines });
  expect(hint).toMatchObject({ level: 'info', command: 'npx crewboard hooks install' });
  expect(shown({ machines, hasSessions: false })).toEqual([]);
  expect(shown({ machines, dismissed: [hint?.id ?? ''] })).toEqual([]);
});

test('of a machine that is not heard it says nothing, and of a newer agent’s finding that there is one', () => {
  expect(shown({ machines: [machine({ findings: ['clock_off'] }, T0 + 60_000)] })).toEqual([]);
  expect(shown({ machines: [machine({ findings: ['hologram'] })] })[0]?.says).toContain('no words for');
});

test('speaks the language of the page', async () => {
  await speak('de');
  expect(shown({ machines: [machine({ findings: ['clock_off'] })] })[0]?.says).toMatch(/^devbox: Seine Uhr/);
});
