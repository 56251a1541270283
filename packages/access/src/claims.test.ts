import { expect, it } from 'vitest';
import { openAccess } from '../test/access-under-test.ts';

const DAY_MS = 24 * 3_600_000;

it('a session is the first machine’s that wrote it', async () => {
  const { access } = await openAccess();
  expect(await access.claim('s', 'ann')).toEqual({ machineId: 'ann', isNew: true });
  expect(await access.claim('s', 'ann')).toEqual({ machineId: 'ann', isNew: false });
  expect(await access.claim('s', 'bob')).toEqual({ machineId: 'ann', isNew: false });
  expect(await access.claim('t', 'bob')).toEqual({ machineId: 'bob', isNew: true });
});

it('who asks for the holder of a session claims nothing', async () => {
  const { access } = await openAccess();
  expect(await access.holderOf('s')).toBeUndefined();
  expect(await access.claim('s', 'ann')).toMatchObject({ isNew: true });
  expect(await access.holderOf('s')).toBe('ann');
});

it('of many that claim a session at the same time, one has it', async () => {
  const { access } = await openAccess();
  const machines = Array.from({ length: 20 }, (_, n) => `machine ${n}`);
  const claims = await Promise.all(machines.map((machineId) => access.claim('s', machineId)));
  expect(claims.filter(({ isNew }) => isNew)).toHaveLength(1);
  expect(new Set(claims.map(({ machineId }) => machineId)).size).toBe(1);
});

it('only its own machine gives a session up', async () => {
  const { access } = await openAccess();
  await access.claim('s', 'ann');
  await access.releaseClaim('s', 'bob');
  await access.releaseClaim('unknown', 'bob');
  expect(await access.claim('s', 'bob')).toEqual({ machineId: 'ann', isNew: false });
  await access.releaseClaim('s', 'ann');
  expect(await access.claim('s', 'bob')).toEqual({ machineId: 'bob', isNew: true });
});

it('a claim ends when its machine was silent for 60 days, and not while it writes', async () => {
  const { access, wait } = await openAccess();
  await access.claim('s', 'ann');
  for (let month = 0; month < 4; month++) {
    wait(31 * DAY_MS);
    expect(await access.claim('s', 'ann')).toEqual({ machineId: 'ann', isNew: false });
  }
  wait(59 * DAY_MS);
  expect(await access.claim('s', 'bob')).toEqual({ machineId: 'ann', isNew: false });
  wait(DAY_MS);
  expect(await access.claim('s', 'bob')).toEqual({ machineId: 'bob', isNew: true });
});

it('a damaged claim is nobody’s', async () => {
  const { access, records } = await openAccess();
  await records.update('claim', 's', () => ({ value: { machineId: 7 } }));
  expect(await access.claim('s', 'bob')).toEqual({ machineId: 'bob', isNew: true });
});
