import { T0 } from '@crewboard/contract/testing';
import type { Records } from '@crewboard/records';
import { openMemoryRecords } from '@crewboard/records/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createAccess } from './access.ts';

/** The same records, where each call waits for its turn: the scheduler decides who comes next. */
const inTurn = (records: Records, turns: fc.Scheduler): Records => {
  const turn = () => turns.schedule(Promise.resolve());
  return {
    ...records,
    get: async (...call) => {
      await turn();
      return records.get(...call);
    },
    update: async (...call) => {
      await turn();
      return records.update(...call);
    },
  };
};

const owner = fc.constantFrom('Ann', 'Bob');
const machine = fc.constantFrom('laptop', 'desk');
/** `shows` and `which`: one of the three machines that are there at first. */
const join = fc.record({ do: fc.constant('join' as const), owner, machine, shows: fc.option(fc.nat(2)) });
const revoke = fc.record({ do: fc.constant('revoke' as const), which: fc.nat(2) });
const step = fc.oneof({ weight: 4, arbitrary: join }, { weight: 1, arbitrary: revoke });

it('a name is one machine’s, and a machine has one good token, however joins and revocations interleave', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), fc.scheduler(), async (steps, turns) => {
      const records = openMemoryRecords(new Map(), () => T0);
      const calm = createAccess(records, () => T0);
      const racing = createAccess(inTurn(records, turns), () => T0);
      const first = [
        await calm.issue({ machine: 'laptop', owner: 'Ann', by: 'Root' }),
        await calm.issue({ machine: 'desk', owner: 'Ann', by: 'Root' }),
        await calm.issue({ machine: 'laptop', owner: 'Bob', by: 'Root' }),
      ];
      const tokens = first.map(({ token }) => token);
      const racers: Promise<unknown>[] = [];
      for (const taken of steps) {
        if (taken.do === 'revoke') {
          racers.push(racing.revoke(first[taken.which]?.machineId ?? ''));
          continue;
        }
        const { code } = await calm.invite({ owner: taken.owner, by: 'Root' });
        const previousToken = taken.shows === null ? undefined : tokens[taken.shows];
        racers.push(
          racing.join({ code, machine: taken.machine, previousToken }).then((joined) => {
            tokens.push(joined?.token ?? 'none');
          }),
        );
      }
      await turns.waitFor(Promise.all(racers));

      const good = (await calm.machines()).filter(({ revokedAt }) => revokedAt === null);
      const names = good.map((each) => each.machine);
      expect(new Set(names).size).toBe(names.length);
      const named = await Promise.all(tokens.map((token) => calm.machineOf(token)));
      const machineIds = named.flatMap((each) => each?.machineId ?? []);
      expect(machineIds.sort()).toEqual(good.map(({ machineId }) => machineId).sort());
      // And nobody who comes later is given one of those names.
      for (const wanted of names) {
        expect(names).not.toContain((await calm.issue({ machine: wanted, owner: 'Cleo', by: 'Root' })).machine);
      }
    }),
    { numRuns: 500 },
  );
});
