import { expect, it } from 'vitest';
import { boardAddress, parseJoinLink, under } from './address.ts';

const rules = { allowsHttp: false };

it.each([
  ['https://board.example.com/', 'https://board.example.com'],
  ['https://board.example.com:8443/crew//?a=1', 'https://board.example.com:8443/crew'],
  ['http://localhost:4400', 'http://localhost:4400'],
  ['http://127.0.0.1:4400', 'http://127.0.0.1:4400'],
  ['http://[::1]:4400', 'http://[::1]:4400'],
])('an address is kept without what is not needed: %s', (text, expected) => {
  expect(boardAddress(text, rules)).toBe(expected);
});

it.each([
  ['board.example.com', 'begins with https://'],
  ['ftp://board.example.com', 'begins with https://'],
  ['https://ada:secret@board.example.com', 'leave them out'],
  ['http://board.example.com', 'not encrypted'],
  ['http://10.0.0.1:4400', '--insecure-http'],
  ['http://localhost.example.com', 'not encrypted'],
])('an address that no agent goes to is refused with what to do: %s', (text, expected) => {
  expect(() => boardAddress(text, rules)).toThrow(expected);
});

it('does without encryption where a person says so', () => {
  expect(boardAddress('http://10.0.0.1:4400', { allowsHttp: true })).toBe('http://10.0.0.1:4400');
});

it('finds the code behind the address of an invitation', () => {
  expect(parseJoinLink(' https://board.example.com/crew/#cbi_a.b\n', rules)).toEqual({
    url: 'https://board.example.com/crew',
    code: 'cbi_a.b',
  });
  expect(() => parseJoinLink('https://board.example.com', rules)).toThrow('The code is missing');
});

it('keeps the path that a board lies under', () => {
  expect(under('https://board.example.com/crew', 'api/agent').href).toBe('https://board.example.com/crew/api/agent');
});
