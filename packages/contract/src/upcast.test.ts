import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_VERSION, eventId, LONG_TEXT_MAX, sessionEventSchema } from './events.ts';
import { anEvent } from './testing.ts';
import { parseEvent } from './upcast.ts';

describe('parseEvent', () => {
  it.each(sessionEventSchema.options.map((option) => option.shape.type.value))('reads %s as it was written', (type) => {
    const event = anEvent(type);
    expect(parseEvent(JSON.parse(JSON.stringify(event)))).toEqual({ ok: true, event });
  });

  it('drops fields that it does not know', () => {
    const event = anEvent('TurnEnded');
    expect(parseEvent({ ...event, more: 1 })).toEqual({ ok: true, event });
  });

  it.each([
    [
      'a text that is too long',
      anEvent('PromptSubmitted', { data: { text: 'x'.repeat(LONG_TEXT_MAX + 1) } }),
      'data.text',
    ],
    ['a stream that is called like what every object has', anEvent('TurnEnded', { stream: '__proto__' }), 'stream'],
    ['an id that is', anEvent('ToolRequested', { data: { toolUseId: 'constructor' } }), 'data.toolUseId'],
    ['a session that no address can name', anEvent('TurnEnded', { sessionId: 'a\udc00b' }), 'sessionId'],
    ['a time that no date has', anEvent('TurnEnded', { occurredAt: 9e15 }), 'occurredAt'],
    ['no object', 'TurnEnded', 'value'],
  ])('refuses %s and says why', (_name, value, where) => {
    expect(parseEvent(value)).toEqual({ ok: false, reason: expect.stringContaining(where) });
  });

  it.each([
    ['type', { ...anEvent('TurnEnded'), type: 'TurnBegun' }, 'TurnBegun'],
    ['version', { ...anEvent('TurnEnded'), schemaVersion: EVENT_VERSION + 1 }, 'TurnEnded'],
  ])('names the type of what a newer agent wrote, known by its %s', (_what, value, unknownType) => {
    expect(parseEvent(value)).toEqual({ ok: false, reason: expect.stringContaining('a newer agent'), unknownType });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.anything(), (value) => typeof parseEvent(value).ok === 'boolean'));
  });
});

describe('eventId', () => {
  it('is the same for the same observation alone', () => {
    const event = anEvent('TurnEnded');
    expect(eventId(event)).toBe(eventId({ ...event }));
    expect(eventId(event)).not.toBe(eventId(anEvent('TurnEnded')));
  });
});
