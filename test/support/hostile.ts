import { type SessionEvent, sessionEventSchema } from '@crewboard/contract';
import { anEvent, T0 } from '@crewboard/contract/testing';
import fc from 'fast-check';

/** What stands for private text in hostile inputs: it may never be met in a log, nor in the reason of a refusal. */
export const PRIVATE_TEXT = 'kestrel-4417 of the payroll';

/** Texts that programs trip over. Those that every object has come first: a record would seem to hold them. */
export const HOSTILE_TEXTS: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  ' ',
  '\0',
  '\ud800',
  'a\udc00b',
  '\ufeff',
  '\u202egnp.exe',
  '\r\n',
  '7',
  'null',
  '../../../../etc/passwd',
  '$(id)`id`;id',
  '<script>alert(1)</script>',
  '%',
  '%00',
  '<task-notification>',
  'x'.repeat(200),
  'x'.repeat(5_000),
  '\u{1f600}'.repeat(300),
  PRIVATE_TEXT,
];

export const HOSTILE_NUMBERS: readonly number[] = [
  0,
  -0,
  -1,
  1,
  0.5,
  -1e308,
  1e12,
  8.64e15,
  8.64e15 + 1,
  Number.MAX_SAFE_INTEGER,
  Number.MAX_SAFE_INTEGER + 1,
  1e308,
];

const hostileText = fc.constantFrom(...HOSTILE_TEXTS);

/** A value of any type where another one belongs. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_NUMBERS) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], { a: {} }, [{}]) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  { weight: 1, arbitrary: fc.anything({ withBigInt: false, withDate: false, maxDepth: 2 }) },
);

/** The value with all its texts and numbers replaced. */
const poisoned = (value: unknown, text: string, number: number): unknown => {
  if (typeof value === 'string') return text;
  if (typeof value === 'number') return number;
  if (Array.isArray(value)) return value.map((inner) => poisoned(inner, text, number));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, poisoned(inner, text, number)]));
};

export const EVENT_TYPES = sessionEventSchema.options.map(({ shape }) => shape.type.value);

/** An event that the schema takes, in which each field that may be is something that a machine would only say with intent. */
export const hostileEvent: fc.Arbitrary<SessionEvent> = fc
  .record({
    type: fc.constantFrom(...EVENT_TYPES),
    source: fc.constantFrom('transcript', 'hook', 'presence', 'process', 'job'),
    text: hostileText,
    number: fc.constantFrom(...HOSTILE_NUMBERS),
    isOfAgent: fc.boolean(),
    occurredAt: fc.constantFrom(0, 5, T0),
  })
  .map(({ type, source, text, number, isOfAgent, occurredAt }): SessionEvent => {
    let event = { ...anEvent(type), sessionId: 'one', source, occurredAt } as SessionEvent;
    const attempt = (changed: object) => {
      const parsed = sessionEventSchema.safeParse(changed);
      if (parsed.success) event = parsed.data;
    };
    attempt({ ...event, stream: text });
    attempt({ ...event, position: number });
    if (isOfAgent) attempt({ ...event, agentId: text });
    for (const [name, value] of Object.entries(event.data)) {
      attempt({ ...event, data: { ...event.data, [name]: poisoned(value, text, number) } });
    }
    return event;
  });
