import { readFileSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { nameOf } from './privacy/texts.ts';

/** Who a session belongs to, as people see it. */
export interface AgentIdentity {
  machine: string;
  owner: string | null;
}

/** What was set, else this computer's name, and the name in the person's git settings or of their account. */
export const agentIdentity = (
  set: { machine?: string | undefined; owner?: string | undefined } = {},
): AgentIdentity => ({
  machine: nameOf(set.machine ?? hostname()) || 'unknown',
  owner: nameOf(set.owner ?? gitUserName(homedir()) ?? accountName() ?? '') || null,
});

/** `user.name` of the person's git settings, read as a file. */
export const gitUserName = (home: string): string | undefined => {
  for (const path of [join(home, '.gitconfig'), join(home, '.config', 'git', 'config')]) {
    const name = userName(readOrEmpty(path));
    if (name) return name;
  }
  return undefined;
};

const userName = (config: string): string | undefined => {
  let inUser = false;
  let found: string | undefined;
  for (const raw of config.split(/\r?\n/)) {
    const line = raw.trim();
    if (line.startsWith('[')) inUser = /^\[\s*user\s*\]/i.test(line);
    const value = inUser ? /^name\s*=\s*(.+)$/i.exec(line)?.[1] : undefined;
    if (value) found = value.replace(/^"(.*)"$/, '$1').trim();
  }
  return found;
};

const readOrEmpty = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const accountName = (): string | undefined => {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
};
