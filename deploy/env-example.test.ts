import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settingsSchema } from '../cli/src/settings.ts';
import { enricherConfigSchema } from '../services/enricher/src/config.ts';
import { gatewayConfigSchema } from '../services/gateway/src/config.ts';
import { agentConfigSchema } from '../services/ingest/src/config.ts';
import { statusConfigSchema } from '../services/status/src/config.ts';

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const matches = (text: string, pattern: RegExp): Set<string> =>
  new Set([...text.matchAll(pattern)].map(([, name = '']) => name));

/** A file that holds the value of a variable stands for it. */
const withoutFile = (names: Iterable<string>): Set<string> =>
  new Set([...names].map((name) => name.replace(/_FILE$/, '')));

/** Set by tests, or known only to say that it is gone. The small names are other spellings of the large ones. */
const isForPeople = (name: string): boolean =>
  name === name.toUpperCase() && !['CREWBOARD_WEB_DIR', 'CREWBOARD_INGEST_TOKEN'].includes(name);

const listed = matches(read('.env.example'), /^#?([A-Z][A-Z0-9_]*)=/gm);
const compose = read('docker-compose.yml');
const interpolated = matches(compose, /\$\{([A-Z0-9_]+)/g);
const handedOn = matches(compose, /^ {6}([A-Z][A-Z0-9_]*):/gm);
const schemas = [settingsSchema, gatewayConfigSchema, statusConfigSchema, enricherConfigSchema, agentConfigSchema];
const known = new Set(schemas.flatMap((schema) => Object.keys(schema.shape)));

const isKnown = (name: string): boolean => known.has(name) || known.has(name.replace(/_FILE$/, ''));

describe('.env.example', () => {
  it('lists every variable that a program of ours reads, and every one of docker-compose.yml', () => {
    const names = withoutFile(listed);
    const needed = [...withoutFile([...known, ...interpolated])].filter(isForPeople);
    expect(needed.filter((name) => !names.has(name))).toEqual([]);
  });

  it('lists nothing else', () => {
    expect([...listed].filter((name) => !isKnown(name) && !interpolated.has(name))).toEqual([]);
  });

  it('gives no secret a place', () => {
    const secrets = [...listed].filter((name) => /(PASSWORD|TOKEN|SECRET|API_KEY|PRIVATE_KEY)$/.test(name));
    expect(secrets).toEqual([]);
  });
});

describe('docker-compose.yml', () => {
  it('hands on no variable that nobody reads', () => {
    const readByCaddy = matches(read('deploy/Caddyfile'), /\{\$([A-Z_]+)/g);
    const isRead = (name: string) => isKnown(name) || readByCaddy.has(name);
    expect([...handedOn].filter((name) => !isRead(name))).toEqual([]);
  });

  it('hands secrets on as files alone', () => {
    expect([...handedOn].filter((name) => /(PASSWORD|TOKEN|SECRET|API_KEY|PRIVATE_KEY)$/.test(name))).toEqual([]);
  });
});
