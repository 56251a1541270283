import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskSecrets } from './secrets.ts';
import { cut, nameOf, presentable } from './texts.ts';

const joined = (...parts: string[]): string => parts.join('');

describe('maskSecrets', () => {
  // Put together here, so that no scanner takes this file for a leak.
  it.each([
    ['an Anthropic key', joined('sk-', 'ant-api03-AbCdEf_12345-xyz')],
    ['an OpenAI key', joined('sk-', 'proj-AbCdEf1234567890')],
    ['a Stripe key', joined('sk_', 'live_AbCdEf1234')],
    ['a GitHub token', joined('ghp', '_AbCdEf1234567890')],
    ['a GitHub app token', joined('gho', '_AbCdEf1234567890')],
    ['a fine-grained GitHub token', joined('github', '_pat_11ABCDE_xyz')],
    ['a GitLab token', joined('glpat', '-AbCdEf_123456')],
    ['an AWS key id', joined('AKIA', 'IOSFODNN7EXAMPLE')],
    ['a Slack token', joined('xoxb', '-12345-abcdef')],
    ['a JWT', joined('eyJ', 'hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln')],
    ['a private key', joined('-----BEGIN RSA ', 'PRIVATE KEY-----\nMIIE\nAAAA\n-----END RSA ', 'PRIVATE KEY-----')],
    ['a private key that was cut', joined('-----BEGIN ', 'PRIVATE KEY-----\nMIIE\nAAAA')],
  ])('masks %s', (_name, secret) => {
    expect(maskSecrets(`before ${secret}`)).toBe('before [masked]');
    expect(maskSecrets(secret.slice(0, -1))).toBe('[masked]');
  });

  it.each([
    ['git clone https://dev:hunter2@example.com/x.git', 'git clone https://[masked]@example.com/x.git'],
    ['curl -H "Authorization: Bearer abcdef1234567890"', 'curl -H "Authorization: Bearer [masked]"'],
    ['export DB_PASSWORD=hunter2 && run', 'export DB_PASSWORD=[masked] && run'],
    ['{"api_key":"hunter22","n":1}', '{"api_key":[masked],"n":1}'],
    ["token: 'abc def'", 'token: [masked]'],
    ['?access_token=abc123&x=1', '?access_token=[masked]&x=1'],
  ])('masks what %s gives away', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });

  it.each([
    'The token count is 12',
    'ask-antelope and task-1',
    'git@github.com:acme/widgets.git',
    'https://example.com/a?b=c',
    'Use a password manager',
    'ssh://git@host/x',
  ])('leaves %s alone', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  it('is quick on any text', () => {
    const texts = [
      'a-'.repeat(5_000),
      'token'.repeat(2_000),
      '://a:'.repeat(2_000),
      'eyJ'.repeat(3_000),
      `"${'\\'.repeat(9_000)}`,
    ];
    const before = performance.now();
    for (const text of texts) maskSecrets(text);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

describe('a presentable text', () => {
  it('never is longer than allowed, nor ends within a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, max) => {
        const short = cut(text, max);
        expect(short.length).toBeLessThanOrEqual(max);
        expect(text.startsWith(short)).toBe(true);
        expect(short).not.toMatch(/[\uD800-\uDBFF]$/);
        expect(presentable(text, max).length).toBeLessThanOrEqual(max);
      }),
    );
  });

  it('shows no part of a secret that the cut runs through', () => {
    const key = joined('ghp', '_AbCdEf1234567890');
    for (let pad = 480; pad < 500; pad++) expect(presentable(`${'x'.repeat(pad)} ${key}`)).not.toContain('AbCd');
  });
});

it('a name is never one that every object has', () => {
  for (const name of ['constructor', '__proto__', 'toString']) expect(nameOf(name)).toBe(`(${name})`);
  expect(nameOf('main')).toBe('main');
});

it('a name is masked as often as it is asked for', () => {
  const name = `fix-${joined('ghp', '_AbCdEf1234567890')}`;
  for (let round = 0; round < 3; round++) expect(nameOf(name)).toBe('fix-[masked]');
  for (let other = 0; other < 1_000; other++) expect(nameOf(`tool-${other}`)).toBe(`tool-${other}`);
  expect(nameOf(name)).toBe('fix-[masked]');
});
