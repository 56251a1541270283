import { anEvent } from '@crewboard/contract/testing';
import { expect, it } from 'vitest';
import { createToldMessages } from './told-messages.ts';

const tokensOf = (messageId: string) => anEvent('TokensUsed', { data: { messageId } });

it('knows a copy in another file, and the file that told it', () => {
  const told = createToldMessages();
  expect(told.isToldElsewhere(tokensOf('a'), 'first')).toBe(false);
  expect(told.isToldElsewhere(tokensOf('a'), 'copy')).toBe(true);
  expect(told.isToldElsewhere(tokensOf('a'), 'first')).toBe(false);
});

it('remembers the last 20,000 messages, and not all there ever were', () => {
  const told = createToldMessages();
  told.isToldElsewhere(tokensOf('long ago'), 'first');
  told.isToldElsewhere(tokensOf('a'), 'first');
  for (let n = 0; n < 19_998; n++) told.isToldElsewhere(tokensOf(`one ${n}`), 'first');
  for (let n = 0; n < 19_999; n++) told.isToldElsewhere(tokensOf(`two ${n}`), 'first');
  expect(told.isToldElsewhere(tokensOf('a'), 'copy')).toBe(true);
  for (let n = 0; n < 40_000; n++) told.isToldElsewhere(tokensOf(`three ${n}`), 'first');
  expect(told.isToldElsewhere(tokensOf('long ago'), 'copy')).toBe(false);
});
