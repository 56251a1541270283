import { expect, test } from 'vitest';
import { compatibilityOf } from './version.ts';

test.each([
  ['0.4.9', '0.4.0', 'same'],
  ['0.3.0', '0.4.0', 'older'],
  ['0.5.0-rc.1', '0.4.0', 'newer'],
  ['0.2.0', '0.4.0', 'too_old'],
  ['1.0.0', '0.4.0', 'too_new'],
  ['0.9.0', '1.0.0', 'too_old'],
  ['dev', '1.0.0', 'unknown'],
])('an agent %s with a board %s is %s', (agent, board, expected) => {
  expect(compatibilityOf(agent, board)).toBe(expected);
});
