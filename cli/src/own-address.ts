import type { Settings } from './settings.ts';

/** Bound there, every address of the machine leads to the board. */
const ANY = /^(0\.0\.0\.0|\[?::\]?)$/;

/** Where this machine finds a board that listens as the settings say, without a slash at the end. */
export const ownAddress = ({ HOST, PORT }: Pick<Settings, 'HOST' | 'PORT'>): string => {
  const host = ANY.test(HOST) ? '127.0.0.1' : HOST;
  const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return new URL(`http://${bracketed}:${PORT}`).origin;
};
