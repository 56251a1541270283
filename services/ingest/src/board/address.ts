/** An address that no agent goes to. The message says why, and what to do about it. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS';
}

export interface AddressRules {
  /** A person said that HTTP without encryption is fine. */
  allowsHttp: boolean;
}

/** Hosts that no wire leads to. */
export const isLoopback = (url: URL): boolean =>
  /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);

/** A board's address as it is kept: no query, no fragment, no slash at its end. Throws {@link AddressRefused}. */
export const boardAddress = (text: string, { allowsHttp }: AddressRules): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new AddressRefused(`“${text}” is no address of a board: it begins with https://`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new AddressRefused(
      'The address of the board names a user or password: leave them out, a machine has a token.',
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url) && !allowsHttp) {
    throw new AddressRefused(
      `${url.origin} is not encrypted: whoever is on the way could read this machine's token and what your sessions do. ` +
        'Use the https:// address of the board. If the way is safe all the same (a VPN, a network of containers), say so: ' +
        '--insecure-http when joining, or CREWBOARD_INSECURE_HTTP=true.',
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
};

/** The parts of what an invitation shows: `<address>#<code>`. Throws {@link AddressRefused}. */
export const parseJoinLink = (link: string, rules: AddressRules): { url: string; code: string } => {
  const [address = '', code = ''] = link.trim().split('#', 2);
  if (code === '') {
    throw new AddressRefused(
      'The code is missing: what an invitation shows looks like https://board.example.com#cbi_…, and the code stands behind the #.',
    );
  }
  return { url: boardAddress(address, rules), code };
};

/** A path of the board, under whatever path the board itself has. */
export const under = (board: string, path: string): URL => new URL(path, `${board}/`);
