import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

const memory = () => {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { lines, destination };
};

test('writes one JSON object a line with the name of the service', () => {
  const { lines, destination } = memory();
  createLogger({ name: 'gateway', destination }).info({ sessionId: 'session-1' }, 'card changed');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ name: 'gateway', sessionId: 'session-1', msg: 'card changed' });
});

test('never writes what is named like a secret', () => {
  const { lines, destination } = memory();
  const logger = createLogger({ name: 'gateway', destination });
  logger.info({ token: 'hush', req: { headers: { authorization: 'Bearer hush' } }, config: { apiKey: 'hush' } }, 'x');
  expect(lines.join('')).not.toContain('hush');
});

test('leaves out what is below its level', () => {
  const { lines, destination } = memory();
  createLogger({ name: 'gateway', level: 'warn', destination }).info('quiet');
  expect(lines).toEqual([]);
});
