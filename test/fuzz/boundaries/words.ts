import { AddressRefused } from '@crewboard/ingest';
import { ConfigError, parseConfig } from '@crewboard/runtime';
import type { Command } from 'commander';
import fc from 'fast-check';
import type { z } from 'zod';
import { createProgram } from '../../../cli/src/program.ts';
import { boardSettings, boardSettingsSchema } from '../../../cli/src/settings.ts';
import { joinAddress } from '../../../cli/src/token/address.ts';
import { parseName, parseTtl } from '../../../cli/src/token/typed.ts';
import { enricherConfigSchema } from '../../../services/enricher/src/config.ts';
import { doorOptions, gatewayConfigSchema } from '../../../services/gateway/src/config.ts';
import { parseJoinLink } from '../../../services/ingest/src/board/address.ts';
import { agentConfigSchema } from '../../../services/ingest/src/config.ts';
import { maskSecrets } from '../../../services/ingest/src/privacy/secrets.ts';
import { presentable, presentableLine } from '../../../services/ingest/src/privacy/texts.ts';
import { statusConfigSchema } from '../../../services/status/src/config.ts';
import { HOSTILE_TEXTS, PRIVATE_TEXT } from '../../support/hostile.ts';
import { boundary, type Door, must, mustBeSame } from '../boundary.ts';

const word = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('true', 'false', 'on', '0', '-1', '65536', '1e3', 'Infinity', 'NaN', '0x10', 'model', 'full', 'info'),
  fc.constantFrom(
    'https://board.example.com',
    'http://[::1',
    'https://a:b@c/',
    'redis://:pw@h:1/0',
    'redis://h/999999',
    'file:///etc/passwd',
    'javascript:alert(1)',
  ),
);

const SCHEMAS: Record<string, z.ZodObject> = {
  agent: agentConfigSchema as unknown as z.ZodObject,
  gateway: gatewayConfigSchema,
  status: statusConfigSchema,
  enricher: enricherConfigSchema,
  board: boardSettingsSchema,
};
const SECRET = /SECRET|PASSWORD|TOKEN|KEY|REDIS_URL/;
const VARIABLES = [...new Set(Object.values(SCHEMAS).flatMap(({ shape }) => Object.keys(shape)))];

const environment = boundary({
  name: 'environment',
  share: 6,
  inputs: fc.record({
    program: fc.constantFrom(...Object.keys(SCHEMAS)),
    env: fc.dictionary(fc.constantFrom(...VARIABLES, '__proto__', 'CREWBOARD_OTHER'), word, { maxKeys: 5 }),
  }),
  check: ({ program, env }) => {
    const schema = SCHEMAS[program];
    if (!schema) throw new Error('no such program');
    try {
      const settings = parseConfig(schema, env);
      if (program === 'gateway') doorOptions(settings as never, 'Dev');
      if (program === 'board') boardSettings(settings as never, 'Dev');
      return 'accepted';
    } catch (error) {
      must(
        error instanceof ConfigError && error.message.length > 10,
        'settings are refused with a reason',
        String(error),
      );
      for (const [name, value] of Object.entries(env)) {
        const isTold = SECRET.test(name) && value.includes(PRIVATE_TEXT) && String(error).includes(PRIVATE_TEXT);
        must(!isTold, 'a reason holds no secret', [name, String(error)]);
      }
      return 'refused';
    }
  },
});

/** All that the program would do, said instead of done. */
const asTyped = (args: readonly string[]): { did: string } | { refused: string } => {
  let did = '';
  const program = createProgram();
  const prepare = (command: Command): void => {
    command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
    if (command.commands.length === 0) {
      command.action(() => {
        did = `${command.parent?.name()} ${command.name()} ${JSON.stringify(command.opts())} ${JSON.stringify(command.args)}`;
      });
    }
    for (const inner of command.commands) prepare(inner);
  };
  prepare(program);
  try {
    program.parse([...args], { from: 'user' });
    return { did };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    must(code.startsWith('commander.'), 'what can’t be done is refused by name', String(error));
    return { refused: code };
  }
};

const every = createProgram();
const NAMES = every.commands.flatMap((command) => [command.name(), ...command.commands.map((inner) => inner.name())]);
const FLAGS = every.commands.flatMap((command) =>
  [command, ...command.commands].flatMap(({ options }) => options.map(({ long }) => long ?? '')),
);

const commandLine = boundary({
  name: 'command-line',
  share: 3,
  inputs: fc
    .record({
      command: fc.constantFrom(...every.commands.map((command) => command.name())),
      words: fc.array(
        fc.oneof(
          fc.constantFrom(...NAMES, ...FLAGS, '--', '-', '--help', '--version', '--__proto__', '--constructor=1'),
          word,
        ),
        { maxLength: 5 },
      ),
    })
    .map(({ command, words }) => [command, ...words]),
  check: (args) => {
    const outcome = asTyped(args);
    mustBeSame(asTyped(args), outcome, 'a repeat does the same');
    return 'did' in outcome ? 'accepted' : 'refused';
  },
});

const settings = { HOST: '127.0.0.1', PORT: 4400, CREWBOARD_PUBLIC_URL: undefined };

/** What is typed behind flags: a link to join, a time, a name, an address. */
const typed = boundary({
  name: 'typed-words',
  share: 4,
  inputs: fc.oneof(
    word,
    fc.tuple(word, word).map((pair) => pair.join('#')),
    fc.string({ maxLength: 30 }),
    fc.constantFrom('24h', '30d', '31d', '99999m', '1h1h'),
  ),
  check: (text) => {
    let taken = 0;
    const attempt = (parse: () => unknown): void => {
      try {
        parse();
        taken++;
      } catch (error) {
        must(
          error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError),
          'a word is refused with a reason',
          String(error),
        );
      }
    };
    attempt(() => parseName('--owner', text));
    attempt(() => {
      const ms = parseTtl(text);
      must(ms > 0 && ms <= 30 * 86_400_000, 'a time is one', ms);
    });
    attempt(() => joinAddress(settings, text));
    try {
      const { url } = parseJoinLink(text, { allowsHttp: false });
      must(/^https:|^http:\/\/(localhost|.+\.localhost|127\.|\[::1\])/.test(url), 'a board is reached safely', url);
      taken++;
    } catch (error) {
      must(error instanceof AddressRefused, 'an address is refused with a reason', String(error));
    }
    return taken > 0 ? 'accepted' : 'refused';
  },
});

const SECRETS = [
  'sk-ant-api03-',
  'ghp_',
  'AKIA',
  'password=',
  '-----BEGIN RSA PRIVATE KEY-----',
  'xoxb-',
  'eyJhbGciOi.',
  '://a:',
  'Bearer ',
  '--token ',
  '@',
  'mongodb://',
  'aws_secret=',
  '"',
  ' ',
  '\n',
  '.',
  '_',
  '-',
];
const suspicious = fc
  .array(fc.oneof(fc.constantFrom(...SECRETS), fc.string({ maxLength: 20 })), { maxLength: 12 })
  .map((parts) => parts.join(''));

/** Texts on their way out: masking them may not take long, whatever stands in them. */
const texts = boundary({
  name: 'texts',
  share: 5,
  inputs: fc.oneof(
    { weight: 30, arbitrary: suspicious },
    { weight: 30, arbitrary: word },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...SECRETS), fc.constantFrom(...SECRETS))
        .map(([a, b]) => `${a}${b}`.repeat(4_000).slice(0, 4_000)),
    },
  ),
  check: (text) => {
    const line = presentableLine(text);
    must(line.length <= 500 && presentable(text).length <= 500, 'a text is cut', line.length);
    must(!/[\n\r]/.test(line), 'a line is one', line);
    return maskSecrets(text) === text ? 'accepted' : 'refused';
  },
});

export const door: Door = async () => [environment, commandLine, typed, texts];
