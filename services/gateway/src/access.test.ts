import { expect, test } from 'vitest';
import { type AccessRules, isAllowedHost, isAllowedOrigin } from './access.ts';

const rules = (overrides: Partial<AccessRules> = {}): AccessRules => ({
  host: '127.0.0.1',
  allowedHosts: [],
  allowedOrigins: [],
  ...overrides,
});

test.each([
  ['localhost:4400', {}],
  ['127.0.0.1', {}],
  ['LOCALHOST:1', {}],
  ['[::1]:4400', {}],
  ['localhost:4400', { host: '0.0.0.0' }],
  ['192.168.1.5:4400', { host: '0.0.0.0' }],
  ['[fe80::1]:4400', { host: '::' }],
  ['devbox:4400', { host: 'devbox' }],
  ['board.example.com', { allowedHosts: ['board.example.com'] }],
  ['Board.Example.com:8443', { allowedHosts: ['board.example.com'] }],
  ['board.example.com:8443', { allowedHosts: ['board.example.com:8443'] }],
  ['anything.example', { allowedHosts: ['*'] }],
])('is reached as %s with %o', (header, overrides) => {
  expect(isAllowedHost(header, rules(overrides))).toBe(true);
});

test.each([
  [undefined, {}],
  ['', {}],
  ['evil.example', {}],
  ['evil.example:4400', { host: '0.0.0.0' }],
  ['192.168.1.5:4400', {}],
  ['localhost.evil.example', {}],
  ['127.0.0.1.evil.example', { host: '0.0.0.0' }],
  ['board.example.com.evil.example', { allowedHosts: ['board.example.com'] }],
  ['evil.board.example.com', { allowedHosts: ['board.example.com'] }],
  ['board.example.com:9', { allowedHosts: ['board.example.com:8443'] }],
  ['evil.example, localhost', {}],
  ['user@localhost', {}],
])('is not reached as %s with %o', (header, overrides) => {
  expect(isAllowedHost(header, rules(overrides))).toBe(false);
});

test.each([
  ['http://localhost:4400', 'localhost:4400', {}],
  ['https://board.example.com', 'board.example.com', {}],
  ['https://board.example.com', 'board.example.com:443', {}],
  ['http://board.example.com', 'board.example.com:80', {}],
  ['https://tools.example.com', 'board.example.com', { allowedOrigins: ['https://tools.example.com'] }],
  ['https://anything.example', 'board.example.com', { allowedOrigins: ['*'] }],
])('pages of %s may act on %s', (origin, host, overrides) => {
  expect(isAllowedOrigin(origin, host, rules(overrides))).toBe(true);
});

test.each([
  ['https://evil.example', 'localhost:4400'],
  ['http://localhost:3000', 'localhost:4400'],
  ['http://localhost', 'localhost:4400'],
  ['null', 'localhost:4400'],
  ['file://', 'localhost:4400'],
  ['', 'localhost:4400'],
  ['http://localhost:4400', undefined],
])('pages of %s may not act on %s', (origin, host) => {
  expect(isAllowedOrigin(origin, host, rules())).toBe(false);
});
