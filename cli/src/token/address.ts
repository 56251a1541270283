import { doorShape } from '@crewboard/gateway/settings';
import { ownAddress } from '../own-address.ts';
import type { Settings } from '../settings.ts';
import { shown } from './wording.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

export interface JoinAddress {
  address: string;
  /** What is wrong with it for a machine elsewhere, for whoever pastes the line. */
  caution?: string;
}

/** Where a machine that is invited finds the board: as said, as the settings say, else where they say that it listens. Throws where nobody knows. */
export const joinAddress = (
  settings: Pick<Settings, 'HOST' | 'PORT' | 'CREWBOARD_PUBLIC_URL'>,
  said: string | undefined,
): JoinAddress => {
  const address = said === undefined ? settings.CREWBOARD_PUBLIC_URL : parseAddress(said);
  if (address !== undefined) return { address, ...cautionAbout(address) };
  if (settings.PORT === 0) throw new Error('The board has no address that is known beforehand (PORT is 0): say --url.');
  const guessed = ownAddress(settings);
  return { address: guessed, ...cautionAbout(guessed) };
};

const parseAddress = (text: string): string => {
  const { data } = doorShape.CREWBOARD_PUBLIC_URL.safeParse(text);
  if (data === undefined) {
    throw new Error(`--url is the board’s address, as https://board.example.com: “${shown(text)}”`);
  }
  return data;
};

const cautionAbout = (address: string): { caution?: string } => {
  const { hostname, protocol } = new URL(address);
  if (LOOPBACK.test(hostname)) {
    return {
      caution:
        'This address works from this machine only. For others set CREWBOARD_PUBLIC_URL where the board runs, or say --url.',
    };
  }
  if (protocol === 'https:') return {};
  return {
    caution:
      'This address is not encrypted, so an agent refuses it. Where the way is safe all the same, add --insecure-http to the line.',
  };
};
