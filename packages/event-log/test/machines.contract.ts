import type { Machine } from '@crewboard/contract';
import { aMachineReport, T0 } from '@crewboard/contract/testing';
import { describe, expect, it } from 'vitest';
import { foreign, type LogUnderTest } from './log-under-test.ts';

const machine = (name: string, receivedAt = T0): Machine => ({ report: aMachineReport({ machine: name }), receivedAt });

/** What is known of machines, beside the board. */
export const machinePromises = (t: LogUnderTest): void => {
  const machines = async (): Promise<Machine[]> =>
    (await t.log.machines()).sort((a, b) => (a.report.machine < b.report.machine ? -1 : 1));

  describe('machines', () => {
    it('are none at first', async () => {
      expect(await t.log.machines()).toEqual([]);
    });

    it('are replaced by what is told last, each by its name', async () => {
      const report = aMachineReport({
        machine: 'laptop',
        unknown: { entryTypes: { dream: 3 }, hookNames: { Slept: 1 }, presenceStatuses: {} },
      });
      await t.log.saveMachine(machine('devbox', T0));
      await t.log.saveMachine({ report, receivedAt: T0 });
      await t.log.saveMachine(machine('devbox', T0 + 10_000));
      expect(await machines()).toEqual([machine('devbox', T0 + 10_000), { report, receivedAt: T0 }]);
    });

    it('outlive a reset of the board and a reopen', async () => {
      const known = [machine('Büro 🎉', T0), machine('__proto__', T0 + 1)].sort((a, b) =>
        a.report.machine < b.report.machine ? -1 : 1,
      );
      for (const one of known) await t.log.saveMachine(one);
      await t.log.resetBoard();
      expect(await machines()).toEqual(known);
      await t.reopen();
      expect(await machines()).toEqual(known);
    });

    it('that cannot be read are left out', async () => {
      const report = foreign<Machine['report']>({ machine: 'from-tomorrow', senses: [] });
      await t.log.saveMachine({ report, receivedAt: T0 });
      await t.log.saveMachine(machine('devbox'));
      expect(await machines()).toEqual([machine('devbox')]);
    });

    it('are refused once the log is closed', async () => {
      await t.log.close();
      await expect(t.log.saveMachine(machine('devbox'))).rejects.toThrow(/closed/);
      await expect(t.log.machines()).rejects.toThrow(/closed/);
    });
  });
};
