import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { unlessTaken } from './free-port.ts';

test('a port is used as long as nobody else has it', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  expect(await unlessTaken('127.0.0.1', port)).toBe(0);
  other.close();
  await once(other, 'close');
  expect(await unlessTaken('127.0.0.1', port)).toBe(port);
});
