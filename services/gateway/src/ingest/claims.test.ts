import { expect, test, vi } from 'vitest';
import { openAccess } from '../../test/harness.ts';
import { createClaims } from './claims.ts';

const setUp = async () => {
  const access = await openAccess();
  const claims = createClaims(access);
  const mayBegin = vi.fn((_sessionId: string) => true);
  const foreignOf = async (machineId: string, ...sessionIds: string[]) => [
    ...(await claims.foreignOf({ sessionIds, machineId, mayBegin })),
  ];
  return { access, claims, mayBegin, foreignOf };
};

test('asks the store once for each session of a machine, and each time for one of another machine', async () => {
  const { access, foreignOf } = await setUp();
  const claim = vi.spyOn(access, 'claim');
  for (let batch = 0; batch < 5; batch++) expect(await foreignOf('ann', 'a', 'b')).toEqual([]);
  expect(claim).toHaveBeenCalledTimes(2);
  for (let batch = 0; batch < 3; batch++) expect(await foreignOf('bob', 'a', 'c')).toEqual(['a']);
  expect(claim).toHaveBeenCalledTimes(2 + 1 + 3);
});

test('a session that was given up is the next machine’s, at once', async () => {
  const { access, foreignOf } = await setUp();
  await foreignOf('ann', 'a');
  expect(await foreignOf('bob', 'a')).toEqual(['a']);
  await access.releaseClaim('a', 'ann');
  expect(await foreignOf('bob', 'a')).toEqual([]);
  expect(await foreignOf('cara', 'a')).toEqual(['a']);
});

test('asks before each new session, and leaves the one that may not be to others', async () => {
  const { access, foreignOf, mayBegin } = await setUp();
  await foreignOf('ann', 'a', 'a', 'b');
  expect(mayBegin).toHaveBeenCalledTimes(2);
  mayBegin.mockImplementation(() => {
    throw new Error('no more');
  });
  await expect(foreignOf('ann', 'a', 'b', 'c')).rejects.toThrow('no more');
  expect(await access.holderOf('c')).toBeUndefined();
  expect(await foreignOf('ann', 'a', 'b')).toEqual([]);
});

test('a session that is another’s all the same is foreign, and stays unclaimed', async () => {
  const { access, foreignOf, mayBegin } = await setUp();
  mayBegin.mockImplementation((sessionId) => sessionId !== 'of the board itself');
  expect(await foreignOf('ann', 'a', 'of the board itself')).toEqual(['of the board itself']);
  expect(await access.holderOf('of the board itself')).toBeUndefined();
});
