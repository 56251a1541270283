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

  /** An event as a stranger may write it: some members are missing, are of another type, or were never heard of. */
  const anyChange = fc.record({
    path: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
    how: fc.oneof(
      fc.constant({ drop: true as const }),
      fc.record({ add: fc.anything() }),
      fc.record({
        put: fc.oneof(
          fc.anything(),
          fc.constantFrom('', 'constructor', 'a\udc00b', -1, 0, 1.5, 2 ** 53, 8.64e15 + 1, null, undefined, [], {}),
          fc.integer({ min: 190, max: 4010 }).map((length) => '\u{1f600}'.repeat(length)),
          fc.integer({ min: 190, max: 4010 }).map((length) => 'x'.repeat(length)),
        ),
      }),
    ),
  });
  const changed = (event: object, changes: (typeof anyChange extends fc.Arbitrary<infer One> ? One : never)[]) => {
    const copy = structuredClone(event);
    for (const { path, how } of changes) {
      let at = copy as Record<string, unknown>;
      for (const step of path.slice(1)) {
        const inner = Object.values(at).filter((value) => typeof value === 'object' && value !== null);
        at = (inner[step % inner.length] ?? at) as Record<string, unknown>;
      }
      const keys = Object.keys(at);
      const key = keys[(path[0] ?? 0) % keys.length] ?? 'any';
      if ('drop' in how) delete at[key];
      else if ('add' in how) at.more = how.add;
      else at[key] = how.put;
    }
    return copy;
  };

  it('takes what the schema takes and makes of it what the schema makes of it', () => {
    const types = sessionEventSchema.options.map((option) => option.shape.type.value);
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.array(anyChange, { maxLength: 3 }), (type, changes) => {
        const value = changed(anEvent(type), changes);
        const expected = sessionEventSchema.safeParse(value);
        const parsed = parseEvent(value);
        expect(parsed.ok).toBe(expected.success);
        if (!parsed.ok || !expected.success) return;
        expect(parsed.event).toStrictEqual(expected.data);
        expect(JSON.stringify(parsed.event)).toBe(JSON.stringify(expected.data));
      }),
      { numRuns: 3000 },
    );
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
