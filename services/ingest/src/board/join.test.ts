import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseConfig } from '@crewboard/runtime';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import { CODE, IDENTITY, type StubAnswer, startStubBoard, TOKEN } from '../../test/stub-board.ts';
import { agentConfigSchema } from '../config.ts';
import { credentialsPath, forgetCredentials, readCredentials } from './credentials.ts';
import { type JoinOptions, join } from './join.ts';
import { findTarget } from './target.ts';

const signal = new AbortController().signal;

const setUp = async (answer?: () => StubAnswer) => {
  const dataDir = temporaryFolder('join');
  const config = (env: Record<string, string> = {}) =>
    parseConfig(agentConfigSchema, { CREWBOARD_DATA_DIR: dataDir, ...env });
  const board = await startStubBoard(answer ? { answer } : {});
  const link = `${board.url}/#${CODE}`;
  return {
    dataDir,
    config,
    board,
    path: credentialsPath(dataDir),
    join: (options: Partial<JoinOptions> = {}, env: Record<string, string> = {}) =>
      join(config(env), { link, allowsHttp: false, ...options }, signal),
  };
};

it('keeps what the board gave, for this account only', async () => {
  const { join, dataDir, board, path } = await setUp();
  chmodSync(dataDir, 0o755);
  expect(await join({ machine: 'laptop' })).toEqual({ ...IDENTITY, machine: 'laptop', token: TOKEN, url: board.url });
  expect(await readCredentials(dataDir)).toMatchObject({ token: TOKEN, owner: 'Mara' });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  expect(readdirSync(dirname(path))).toEqual(['credentials.json']);
  expect(JSON.parse(board.requests[0]?.body ?? '')).toEqual({ code: CODE, machine: 'laptop' });
});

it('shows the token that it had before, to the same board only', async () => {
  const { join, board, config } = await setUp();
  await join();
  await join();
  expect(JSON.parse(board.requests[1]?.body ?? '')).toMatchObject({ previousToken: TOKEN });
  const other = await startStubBoard();
  const again = await setUp();
  await again.join({ link: `${other.url}#${CODE}` }, { CREWBOARD_DATA_DIR: config().CREWBOARD_DATA_DIR });
  expect(JSON.parse(other.requests[0]?.body ?? '')).not.toHaveProperty('previousToken');
});

it.each([
  [403, '{"message":"This code is not good."}', 'Ask for another invitation'],
  [400, '{"message":"The body is no request to join."}', 'Ask for another invitation'],
  [403, '<html>Blocked by your company</html>', 'must let agents through'],
  [404, '', 'Nothing takes events at'],
  [502, '', '502'],
])('changes nothing where the answer is %i %s, and says what to do', async (status, body, expected) => {
  const { join, path } = await setUp(() => ({ status, body }));
  await expect(join()).rejects.toThrow(expected);
  expect(existsSync(path)).toBe(false);
});

it('refuses a way that others could listen to before it sends the code', async () => {
  const { join } = await setUp();
  const link = `http://board.example.com#${CODE}`;
  await expect(join({ link })).rejects.toThrow('not encrypted');
});

it('the environment goes before what was joined, and what was joined before Redis', async () => {
  const { join, config, board } = await setUp();
  const redis = { REDIS_URL: 'redis://127.0.0.1:6379' };
  expect(await findTarget(config(redis))).toMatchObject({ kind: 'redis' });
  await expect(findTarget(config())).rejects.toThrow('crewboard agent --join <link>');
  await join({ machine: 'laptop' });
  expect(await findTarget(config(redis))).toMatchObject({
    from: 'credentials',
    url: board.url,
    machineId: IDENTITY.machineId,
    identity: { machine: 'laptop', owner: 'Mara' },
  });
  const set = { CREWBOARD_URL: 'https://other.example.com/', CREWBOARD_TOKEN: TOKEN };
  const target = await findTarget(config({ ...set, ...redis }));
  expect(target).toMatchObject({
    from: 'environment',
    url: 'https://other.example.com',
    machineId: IDENTITY.machineId,
  });
  await expect(findTarget(config({ ...set, CREWBOARD_TOKEN: CODE }))).rejects.toThrow('no token of a machine');
  await expect(findTarget(config({ ...set, CREWBOARD_URL: 'http://10.0.0.1' }))).rejects.toThrow(
    'CREWBOARD_INSECURE_HTTP',
  );
});

it('what cannot be read says so, and can be joined over', async () => {
  const { join, dataDir, path } = await setUp();
  await join();
  writeFileSync(path, '{"url":');
  await expect(readCredentials(dataDir)).rejects.toThrow('join again');
  await join();
  expect(await readCredentials(dataDir)).toMatchObject({ owner: IDENTITY.owner });
  await forgetCredentials(dataDir);
  await forgetCredentials(dataDir);
  expect(await readCredentials(dataDir)).toBeUndefined();
});
