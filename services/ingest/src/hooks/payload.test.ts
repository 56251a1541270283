import { describe, expect, it } from 'vitest';
import { isWhole, PAYLOAD_BYTES, readPayload } from './payload.ts';

const fieldsOf = (raw: Buffer | string) => {
  const read = readPayload(raw);
  return 'fields' in read ? read.fields : read.problem;
};

const whole = {
  session_id: 's',
  hook_event_name: 'PostToolUse',
  tool_name: 'Bash',
  tool_input: { command: 'echo "a\\\\b" \u00e9 \ud83d\ude00', list: [1, { deep: ['x', -2.5e3, true, null] }] },
  tool_use_id: 'toolu_1',
};

describe('a payload', () => {
  it('is read whole, whatever stands around it', () => {
    const text = JSON.stringify(whole);
    expect(fieldsOf(text)).toEqual(whole);
    expect(fieldsOf(Buffer.from(`\uFEFF ${text}\n`))).toEqual(whole);
    expect(isWhole(Buffer.from(`${text}\r\n `))).toBe(true);
  });

  it('that breaks off at any byte still tells what stood before', () => {
    const bytes = Buffer.from(JSON.stringify(whole));
    const members = Object.entries(whole);
    for (let length = 1; length < bytes.length; length++) {
      const cutShort = bytes.subarray(0, length);
      expect(isWhole(cutShort)).toBe(false);
      const fields = fieldsOf(cutShort);
      if (typeof fields === 'string') throw new Error(`${length}: ${fields}`);
      const names = Object.keys(fields);
      expect(names).toEqual(members.slice(0, names.length).map(([name]) => name));
      // All members but the last are exactly what they were.
      for (const [name, value] of members.slice(0, Math.max(0, names.length - 1))) expect(fields[name]).toEqual(value);
      if (length > 60) expect(fields).toMatchObject({ session_id: 's', hook_event_name: 'PostToolUse' });
    }
  });

  it('keeps the beginning of a text that breaks off', () => {
    expect(fieldsOf('{"session_id":"s","prompt":"Fix the tail read')).toEqual({
      session_id: 's',
      prompt: 'Fix the tail read',
    });
    expect(fieldsOf('{"a":["one","tw')).toEqual({ a: ['one', 'tw'] });
    expect(fieldsOf('{"a":"x\\u00e')).toEqual({ a: 'x' });
    expect(fieldsOf('{"a":"x\\')).toEqual({ a: 'x' });
    expect(fieldsOf('{"a":{"b":1},"c":tr')).toEqual({ a: { b: 1 } });
  });

  it('is read as far as the limit only', () => {
    const long = JSON.stringify({ session_id: 's', prompt: 'p'.repeat(3 * PAYLOAD_BYTES), after: 1 });
    const fields = fieldsOf(long);
    expect(fields).toMatchObject({ session_id: 's' });
    expect(fields).not.toHaveProperty('after');
    const many = `{"session_id":"s","list":[${'"x",'.repeat(PAYLOAD_BYTES)}`;
    expect(fieldsOf(many)).toMatchObject({ session_id: 's' });
  });

  it('that is none has a reason', () => {
    for (const text of [
      '',
      ' ',
      'null',
      '[]',
      '"text"',
      '12',
      'true',
      '[{"session_id":"s"}]',
      '\u0000',
      'not JSON',
      '{]',
      '{"a":}',
    ])
      expect(readPayload(text)).toHaveProperty('problem');
    expect(readPayload(Buffer.from([0xff, 0xfe, 0x00]))).toHaveProperty('problem');
  });

  it('may be nested to any depth, cut or not', () => {
    for (const open of ['[', '{"a":']) {
      const deep = `{"session_id":"s","x":${open.repeat(PAYLOAD_BYTES / open.length - 20)}`;
      expect(() => readPayload(deep)).not.toThrow();
      expect(() => isWhole(Buffer.from(deep))).not.toThrow();
    }
  });
});
